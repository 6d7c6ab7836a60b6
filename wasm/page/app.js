// The page: it takes what is typed, asks the library, and shows the report.
import { Attestations, DokimosError, Policy, init, reasonCodes, version } from "./dokimos/browser.js";
import { Batch } from "./batch.js";
import { copy, element } from "./dom.js";
import { reportView } from "./report.js";
import { Words } from "./words.js";

const $ = (id) => document.getElementById(id);
const CONTEXT = ["cluster", "namespace", "serviceAccount"];

let words = new Words("en", []);
let examples = [];
let batch = null;
/** Draws the answer again, in another language. */
let redraw = () => {};

// ---- documents

const documents = [];

function addDocument(source, text) {
  documents.push({ source, text });
  drawDocuments();
}

function drawDocuments() {
  const rows = documents.map((one, index) => {
    const name = element("input", { type: "text", "aria-label": words.say("documentName", index + 1), autocomplete: "off", spellcheck: "false" });
    name.value = one.source;
    name.addEventListener("input", () => (one.source = name.value));
    const text = element("textarea", { rows: 4, "aria-label": words.say("documentText", index + 1), spellcheck: "false" });
    text.value = one.text;
    text.addEventListener("input", () => (one.text = text.value));
    const remove = () => {
      documents.splice(index, 1);
      drawDocuments();
      $("add-document").focus();
    };
    const label = words.say("removeDocument", index + 1);
    return element(
      "li",
      { class: "document" },
      element("div", { class: "row" }, name, element("button", { type: "button", "aria-label": label, onclick: remove }, words.say("remove"))),
      text,
    );
  });
  $("documents").replaceChildren(...(rows.length ? rows : [element("li", { class: "hint" }, words.say("noDocuments"))]));
}

// ---- what is asked

/** JSON begins with a brace; every other text is read as YAML. */
const isYaml = (text) => !text.trimStart().startsWith("{");

const compile = (text) => (isYaml(text) ? Policy.fromYaml(text) : Policy.fromJson(text));

function context() {
  const annotations = {};
  $("annotations").value.split("\n").forEach((line, index) => {
    if (!line.trim()) return;
    const [, name, value] = /^([^=]*)=(.*)$/.exec(line) ?? [];
    if (name === undefined) throw new DokimosError("", "annotations", words.say("annotationProblem", index + 1));
    annotations[name.trim()] = value;
  });
  const given = CONTEXT.filter((name) => $(name).value.trim()).map((name) => [name, $(name).value.trim()]);
  return { ...Object.fromEntries(given), annotations };
}

function decide() {
  const answer = $("answer");
  $("policy-problems").replaceChildren();
  $("result").classList.remove("stale");
  try {
    const { policy, outline } = checkedPolicy();
    try {
      if ($("tab-many").getAttribute("aria-selected") === "true") return decideMany(answer);
      const attestations = readDocuments();
      const report = policy.evaluate({ image: $("image").value.trim(), attestations, ...context(), at: $("at").value.trim() });
      attestations.free();
      redraw = () => answer.replaceChildren(...reportView(report, outline, words));
    } finally {
      policy.free();
    }
  } catch (error) {
    redraw = () => answer.replaceChildren(problems(words.say("inputProblem"), error));
  }
  redraw();
  if (!examplesMoving) $("result-title").focus({ preventScroll: window.innerWidth > 960 });
}

function checkedPolicy() {
  try {
    const policy = compile($("policy").value);
    try {
      const risks = policy.warnings($("at").value.trim());
      if (risks.length) $("policy-problems").append(problemList(words.say("policyRisks"), risks, "risks"));
    } catch (error) {
      policy.free();
      throw error;
    }
    return { policy, outline: policy.outline() };
  } catch (error) {
    if (error.details?.length) $("policy-problems").append(problems(words.say("policyProblems"), error));
    throw error;
  }
}

function readDocuments() {
  const attestations = new Attestations();
  documents.forEach(({ source, text }, index) => {
    if (!text.trim()) return;
    try {
      attestations.add(text, source);
    } catch (error) {
      attestations.free();
      throw new DokimosError(error.code, error.path, `${words.say("documentProblem", source || index + 1)}: ${error.message}`);
    }
  });
  return attestations;
}

function decideMany(answer) {
  const images = $("images").value.split("\n").map((line) => line.trim()).filter(Boolean);
  if (!images.length) throw new DokimosError("", "images", words.say("noImages"));
  const job = {
    policy: $("policy").value,
    yaml: isYaml($("policy").value),
    documents: documents.filter(({ text }) => text.trim()).map(({ source, text }) => ({ source, document: text })),
    images,
    context: context(),
    at: $("at").value.trim(),
  };
  $("decide").disabled = true;
  $("cancel").hidden = false;
  redraw = () => {};
  batch = new Batch(words, lookAt, () => {
    $("decide").disabled = false;
    $("cancel").hidden = true;
  });
  batch.start(job, answer);
}

function lookAt(image) {
  $("image").value = image;
  choose("one");
  decide();
}

function problems(title, error) {
  const details = error.details?.length ? error.details : [{ code: error.code, path: "", message: error.message }];
  return problemList(title, details, "");
}

function problemList(title, list, style) {
  const items = list.map(({ code, path, message }) =>
    element("li", { lang: "en" }, path && [element("code", {}, path), ": "], message, code && [" ", element("code", {}, code)]),
  );
  return element("div", { class: `problems ${style}`, role: style ? false : "alert" }, element("h3", {}, title), element("ul", {}, items));
}

// ---- examples

let examplesMoving = false;

function showExample(name) {
  const example = examples.find((one) => one.name === name);
  $("example").value = example ? name : "";
  $("example-about").textContent = example ? example.about[words.language] : "";
  if (!example) return;
  $("policy").value = example.policy;
  documents.splice(0, documents.length, ...example.documents.map(({ source, text }) => ({ source, text })));
  drawDocuments();
  $("image").value = example.image;
  $("images").value = example.images.join("\n");
  for (const member of CONTEXT) $(member).value = example[member] ?? "";
  $("annotations").value = Object.entries(example.annotations).map(([key, value]) => `${key}=${value}`).join("\n");
  $("at").value = example.at;
  choose(example.images.length > 1 ? "many" : "one");
  examplesMoving = true;
  decide();
  examplesMoving = false;
}

function drawExamples() {
  const chosen = $("example").value;
  const [none] = $("example").options;
  $("example").replaceChildren(
    none,
    ...examples.map(({ name, title }) => element("option", { value: name }, title[words.language])),
  );
  $("example").value = chosen;
  $("example-about").textContent = examples.find(({ name }) => name === chosen)?.about[words.language] ?? "";
}

const fromAddress = () => new URLSearchParams(location.hash.slice(1)).get("example");

// ---- tabs, files, language

function choose(which) {
  for (const name of ["one", "many"]) {
    const selected = name === which;
    $(`tab-${name}`).setAttribute("aria-selected", String(selected));
    $(`tab-${name}`).tabIndex = selected ? 0 : -1;
    $(`panel-${name}`).hidden = !selected;
  }
}

async function takeFiles(kind, files) {
  for (const file of files) {
    const text = await file.text();
    if (kind === "documents") addDocument(file.name, text);
    else $(kind).value = text;
  }
  unnameExample();
}

/** What was changed is no longer the example. */
function unnameExample() {
  $("example").value = "";
  $("example-about").textContent = "";
  history.replaceState(null, "", location.pathname + location.search);
}

function speak(language) {
  words = new Words(language, loaded ? reasonCodes() : []);
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.title = words.say("pageTitle");
  $("language").value = words.language;
  words.apply(document);
  drawDocuments();
  drawExamples();
  if (batch) batch.words = words;
  redraw();
}

/** Kept for the next visit, where the browser keeps things at all. */
function remember(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // Then it is chosen anew the next time.
  }
}

function remembered(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function listen() {
  $("form").addEventListener("submit", (event) => {
    event.preventDefault();
    decide();
  });
  $("form").addEventListener("input", unnameExample);
  $("cancel").addEventListener("click", () => batch.stop());
  $("add-document").addEventListener("click", () => {
    addDocument("", "");
    $("documents").lastElementChild.querySelector("textarea").focus();
  });
  $("example").addEventListener("change", () => {
    const name = $("example").value;
    history.replaceState(null, "", name ? `#example=${name}` : location.pathname);
    showExample(name);
  });
  $("share").addEventListener("click", (event) => copy(location.href, event.target, words));
  addEventListener("hashchange", () => showExample(fromAddress()));
  $("language").addEventListener("change", (event) => {
    remember("language", event.target.value);
    speak(event.target.value);
  });
  $("theme").addEventListener("change", (event) => {
    remember("theme", event.target.value);
    document.documentElement.dataset.theme = event.target.value;
  });
  for (const name of ["one", "many"]) {
    $(`tab-${name}`).addEventListener("click", () => choose(name));
    $(`tab-${name}`).addEventListener("keydown", (event) => {
      if (!["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) return;
      event.preventDefault();
      const other = event.key === "Home" ? "one" : event.key === "End" ? "many" : name === "one" ? "many" : "one";
      choose(other);
      $(`tab-${other}`).focus();
    });
  }
  for (const zone of document.querySelectorAll("[data-drop]")) {
    zone.addEventListener("dragover", (event) => {
      event.preventDefault();
      zone.classList.add("over");
    });
    zone.addEventListener("dragleave", () => zone.classList.remove("over"));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      zone.classList.remove("over");
      takeFiles(zone.dataset.drop, event.dataTransfer.files);
    });
  }
  for (const button of document.querySelectorAll("[data-open]")) {
    button.addEventListener("click", () => {
      $("file").multiple = button.dataset.open === "documents";
      $("file").onchange = async () => {
        await takeFiles(button.dataset.open, $("file").files);
        $("file").value = "";
      };
      $("file").click();
    });
  }
}

// ---- start

let loaded = false;

async function start() {
  const theme = remembered("theme") ?? "";
  document.documentElement.dataset.theme = theme;
  $("theme").value = theme;
  $("at").value = `${new Date().toISOString().slice(0, 19)}Z`;
  const language = remembered("language") ?? (navigator.language.startsWith("zh") ? "zh" : "en");
  speak(language);
  listen();
  try {
    const [, list] = await Promise.all([init(), fetch("examples.json").then((response) => response.json())]);
    examples = list;
  } catch (error) {
    $("failure").textContent = words.say("loadFailed", error.message);
    $("failure").hidden = false;
    return;
  }
  loaded = true;
  speak(language);
  $("version").textContent = `dokimos ${version()}`;
  $("decide").disabled = false;
  showExample(fromAddress());
  document.documentElement.dataset.ready = String(Math.round(performance.now()));
}

start();
