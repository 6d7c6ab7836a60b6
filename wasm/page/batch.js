// The view of many images: progress, counts, and the reports a page at a time.
import { copy, element } from "./dom.js";

const PAGE = 100;

export class Batch {
  #worker;
  #reports = [];
  #total = 0;
  #started = 0;
  #parts = {};

  /** `look` shows one image in the other view; `ended` is called once, however it ends. */
  constructor(words, look, ended) {
    this.words = words;
    this.look = look;
    this.ended = ended;
  }

  get reports() {
    return this.#reports;
  }

  start(job, answer) {
    this.#total = job.images.length;
    this.#started = performance.now();
    this.#parts = {
      progress: element("progress", { max: this.#total, value: 0, "aria-label": this.words.say("manyImages") }),
      // Only the end is spoken, not each step.
      state: element("p", { id: "batch-state", "aria-live": "off" }, this.words.say("running", 0, this.#total)),
      body: element("div", {}),
    };
    answer.replaceChildren(this.#parts.progress, this.#parts.state, this.#parts.body);
    this.#worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    this.#worker.onmessage = ({ data }) => this.#receive(data);
    this.#worker.onerror = (event) => this.#fail(this.words.say("workerFailed", event.message ?? ""));
    this.#worker.postMessage(job);
  }

  stop() {
    this.#end(this.words.say("stopped", this.#reports.length, this.#total));
  }

  #receive({ reports, done, failure }) {
    if (failure) return this.#fail(failure.code ? `${failure.code}: ${failure.message}` : failure.message);
    if (done) return this.#end(this.#summary());
    this.#reports.push(...reports);
    this.#parts.progress.value = this.#reports.length;
    this.#parts.state.textContent = this.words.say("running", this.#reports.length, this.#total);
  }

  #summary() {
    const allowed = this.#reports.filter(({ decision }) => decision === "ALLOW").length;
    const seconds = ((performance.now() - this.#started) / 1000).toFixed(1);
    return this.words.say("done", this.#total, allowed, this.#total - allowed, seconds);
  }

  #fail(message) {
    this.#finish();
    this.#parts.body.replaceChildren(element("p", { class: "alert", role: "alert" }, message));
  }

  #end(message) {
    this.#finish();
    this.#parts.state.textContent = message;
    this.#parts.state.setAttribute("aria-live", "polite");
    this.#parts.body.replaceChildren(...this.#results());
  }

  #finish() {
    this.#worker.terminate();
    this.#parts.progress.hidden = true;
    this.ended();
  }

  /** What came out how often, and the reports themselves. */
  #results() {
    const groups = new Map();
    for (const report of this.#reports) {
      const key = `${report.decision} ${report.reason.code}`;
      groups.set(key, (groups.get(key) ?? 0) + 1);
    }
    const choice = element(
      "select",
      { id: "batch-filter" },
      element("option", { value: "" }, this.words.say("showAll")),
      [...groups.keys()].sort().map((key) => element("option", { value: key }, key)),
    );
    const counts = element(
      "table",
      { class: "counts" },
      element("thead", {}, element("tr", {}, this.#head("outcome"), this.#head("reason"), this.#head("count", "number"))),
      element(
        "tbody",
        {},
        [...groups].sort(([, a], [, b]) => b - a).map(([key, count]) => {
          const [decision, code] = key.split(" ");
          return element(
            "tr",
            {},
            element("td", {}, this.#decision(decision)),
            element("td", {}, element("code", {}, code), " ", this.words.code(code)),
            element("td", { class: "number" }, String(count)),
          );
        }),
      ),
    );
    const rows = element("tbody", {});
    const more = element("p", {});
    const show = () => {
      const chosen = this.#reports.filter(({ decision, reason }) => !choice.value || choice.value === `${decision} ${reason.code}`);
      rows.replaceChildren();
      this.#showMore(chosen, 0, rows, more);
    };
    choice.addEventListener("change", show);
    show();
    const all = () => this.#reports.map((report) => JSON.stringify(report)).join("\n") + "\n";
    return [
      element("div", { class: "scroll" }, counts),
      element(
        "div",
        { class: "row" },
        element("label", { class: "row" }, this.words.say("showOnly"), choice),
        element("button", { type: "button", id: "copy-reports", onclick: (event) => copy(all(), event.target, this.words) }, this.words.say("copyReports")),
      ),
      element("div", { class: "scroll", tabindex: 0 }, element(
        "table",
        { class: "counts", id: "batch-rows" },
        element("thead", {}, element("tr", {}, this.#head("outcome"), this.#head("image"), element("th", { scope: "col" }, this.words.say("look")))),
        rows,
      )),
      more,
    ];
  }

  /** Ten thousand rows at once would stop the page. */
  #showMore(chosen, from, rows, more) {
    const next = chosen.slice(from, from + PAGE);
    rows.append(...next.map((report) => this.#row(report)));
    const shown = from + next.length;
    const left = chosen.length - shown;
    const button = () =>
      element(
        "button",
        { type: "button", onclick: () => this.#showMore(chosen, shown, rows, more) },
        this.words.say("showMore", Math.min(left, PAGE)),
      );
    more.replaceChildren(...(left ? [button()] : []));
  }

  #row(report) {
    const label = this.words.say("lookAt", report.image);
    return element(
      "tr",
      {},
      element("td", {}, this.#decision(report.decision), " ", element("code", {}, report.reason.code)),
      element("td", { class: "mono" }, report.image),
      element("td", {}, element("button", { type: "button", class: "link", "aria-label": label, onclick: () => this.look(report.image) }, this.words.say("look"))),
    );
  }

  #decision(decision) {
    const good = decision === "ALLOW";
    return element("span", { class: good ? "good-text" : "bad-text" }, good ? `✓ ${this.words.say("allowed")}` : `✗ ${this.words.say("denied")}`);
  }

  #head(name, style = false) {
    return element("th", { scope: "col", class: style }, this.words.say(name));
  }
}
