// Shows a report. Everything said here stands in the report or in the policy's outline; nothing is worked out anew.
import { diagram } from "./diagram.js";
import { copy, element, svg } from "./dom.js";

export function reportView(report, outline, words) {
  const text = JSON.stringify(report);
  return [
    verdict(report, words),
    why(report, words),
    heading("h3", words.say("pathTitle")),
    path(report, outline, words),
    ...(report.attestors.length ? picture(report, outline, words) : []),
    ...(report.attestors.length ? [heading("h3", words.say("attestorsTitle"))] : []),
    ...report.attestors.map((one) => attestor(one, outline, words)),
    element(
      "details",
      { class: "report" },
      element("summary", {}, words.say("reportTitle")),
      element("pre", { tabindex: 0 }, JSON.stringify(report, null, 2)),
    ),
    element(
      "p",
      {},
      element("button", { type: "button", id: "copy-report", onclick: (event) => copy(text, event.target, words) }, words.say("copyReport")),
    ),
  ];
}

function verdict({ decision, message, enforcement, reason }, words) {
  const admitted = decision === "ALLOW";
  const dry = admitted && enforcement === "DRY_RUN" && !ALLOWING.includes(reason.code);
  const state = dry ? "dry" : admitted ? "allow" : "deny";
  return element(
    "div",
    { class: `verdict ${state}`, "data-decision": decision, "data-reason": reason.code },
    mark(dry ? "!" : admitted ? "✓" : "✗"),
    element("div", { class: "word" }, words.say(dry ? "dryRun" : admitted ? "allowed" : "denied")),
    element("p", {}, message),
  );
}

/** The codes that allow; under DRY_RUN an image is admitted with one that does not. */
const ALLOWING = ["ATTESTED", "ALLOWLISTED", "BREAK_GLASS", "ALWAYS_ALLOW"];

const MARKS = { "✓": "M13 21l5.5 5.5L28 15", "✗": "M14 14l12 12M26 14L14 26", "!": "M20 11v12M20 28v.5" };

function mark(sign) {
  const stroke = { fill: "none", stroke: "currentColor", "stroke-width": 3.5, "stroke-linecap": "round", "stroke-linejoin": "round" };
  return svg(
    "svg",
    { class: "mark", viewBox: "0 0 40 40", "aria-hidden": "true" },
    svg("circle", { cx: 20, cy: 20, r: 17.5, fill: "none", stroke: "currentColor", "stroke-width": 3 }),
    svg("path", { d: MARKS[sign], ...stroke }),
  );
}

function why({ reason, rule }, words) {
  return element(
    "dl",
    { class: "why" },
    element("dt", {}, words.say("reason")),
    element("dd", {}, words.code(reason.code), " ", element("code", {}, reason.code)),
    element("dt", {}, words.say("detail")),
    element("dd", { lang: "en" }, reason.detail),
    element("dt", {}, words.say("rule")),
    element("dd", {}, rule ?? words.say("noRule")),
  );
}

/** The steps of a decision in their order (docs/POLICY.md), each with what the report says of it. */
function path(report, outline, words) {
  const steps = [];
  const step = (title, text, state = "") =>
    steps.push(element("li", { class: state }, element("strong", {}, title), ": ", text));
  const code = report.reason.code;
  const final = report.decision === "ALLOW" ? (ALLOWING.includes(code) ? "good" : "warn") : "bad";

  if (report.breakglass) {
    step(words.say("stepBreakGlass"), words.say("breakGlassUsed", report.breakglass.annotation, report.breakglass.value), "good");
    return element("ol", { class: "path" }, steps);
  }
  step(words.say("stepBreakGlass"), outline.breakglass ? words.say("breakGlassUnused", outline.breakglass) : words.say("breakGlassNone"));
  if (code === "INVALID_REFERENCE") {
    step(words.say("stepReference"), words.say("stepReferenceBad"), "bad");
    return element("ol", { class: "path" }, steps);
  }
  if (report.exemptedBy !== null) {
    step(words.say("stepAllowlist"), words.say("allowlistUsed", report.exemptedBy), "good");
    return element("ol", { class: "path" }, steps);
  }
  const patterns = outline.allowlist.length;
  const unused = patterns === 1 ? words.say("allowlistUnusedOne") : words.say("allowlistUnused", patterns);
  step(words.say("stepAllowlist"), patterns ? unused : words.say("allowlistNone"));

  let reached = false;
  for (const rule of [...outline.rules, outline.default]) {
    const title = rule === outline.default ? words.say("stepDefault") : words.say("stepRule", rule.name);
    if (rule && rule.name === report.rule) {
      reached = true;
      const what = {
        ALWAYS_ALLOW: () => words.say("ruleAllows"),
        ALWAYS_DENY: () => words.say("ruleDenies"),
        REQUIRE_ATTESTATION: () => words.say("ruleRequires", words.requirement(rule.require)),
      }[rule.evaluation]();
      const note = rule.enforcement === "DRY_RUN" ? ` – ${words.say("dryRunNote")}` : "";
      step(title, what + note, final);
    } else if (reached) {
      step(title, words.say(rule ? "ruleNotReached" : "noDefault"), "off");
    } else if (code === "CONTEXT_INCOMPLETE") {
      step(title, words.say(rule ? "ruleUnknown" : "noDefault"), rule ? "bad" : "off");
    } else {
      step(title, words.say(rule ? "ruleNoMatch" : "noDefault"), rule ? "" : "bad");
    }
  }
  return element("ol", { class: "path" }, steps);
}

function picture(report, outline, words) {
  return [
    heading("h3", words.say("diagramTitle")),
    // It can be wider than a phone: whoever has no mouse scrolls it by the keyboard.
    element("figure", { tabindex: 0 }, diagram(report, outline, words)),
  ];
}

function attestor({ name, satisfied, attestations }, outline, words) {
  const { description, keys } = outline.attestors.find((one) => one.name === name);
  const state = satisfied ? "good" : "bad";
  const tag = element("span", { class: `tag ${state}` }, satisfied ? `✓ ${words.say("satisfied")}` : `✗ ${words.say("notSatisfied")}`);
  return element(
    "article",
    { class: `attestor ${state}` },
    element("h4", {}, name, " ", tag),
    description && element("p", {}, description),
    element("p", { class: "hint" }, words.say("keysOf"), " ", keys.map((key, index) => [index ? ", " : "", ...keyText(key, words)])
      .flat()),
    attestations.length
      ? element("ul", { class: "evidence" }, attestations.map((one) => evidence(one, words)))
      : element("p", {}, words.say("nothingTried")),
  );
}

function keyText({ id, algorithm, validFrom, validUntil }, words) {
  const window = [
    algorithm,
    validFrom && words.say("keyFrom", validFrom),
    validUntil && words.say("keyUntil", validUntil),
  ].filter(Boolean);
  return [element("code", {}, id), ` (${window.join(words.say("comma"))})`];
}

function evidence({ source, keyId, outcome }, words) {
  const good = outcome.code === "ATTESTED";
  return element(
    "li",
    {},
    element(
      "p",
      {},
      element("span", { class: good ? "good-text" : "bad-text" }, good ? "✓ " : "✗ "),
      good ? element("span", { lang: "en" }, outcome.detail) : words.code(outcome.code),
      " ",
      element("code", {}, outcome.code),
    ),
    element(
      "dl",
      {},
      element("dt", {}, words.say("source")),
      element("dd", { class: "mono" }, source),
      element("dt", {}, words.say("key")),
      element("dd", { class: "mono" }, keyId ?? words.say("noKey")),
      good ? null : element("dt", {}, words.say("says")),
      good ? null : element("dd", { lang: "en" }, outcome.detail),
    ),
  );
}

function heading(level, text) {
  return element(level, {}, text);
}
