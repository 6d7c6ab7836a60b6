// The page, in Chromium: what it shows is the report.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, open, serve } from "./browser.mjs";
import { ROOT, cases, testdata } from "./support.mjs";

const PAGE = join(ROOT, "target/npm/page");
const examples = JSON.parse(readFileSync(join(PAGE, "examples.json"), "utf8"));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let server;
let browser;
before(async () => {
  server = await serve(PAGE);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  server?.close();
});

const shown = async (example, options) => {
  const opened = await open(browser, server.url + (example ? `#example=${example}` : ""), options);
  await opened.page.waitForFunction(() => document.documentElement.dataset.ready);
  return opened;
};
/** As a paste does: typing so much is not what is tested. */
const put = (page, id, text) => page.evaluate(([id, text]) => void (document.getElementById(id).value = text), [id, text]);
const report = (page) => page.$eval("details.report pre", (pre) => JSON.stringify(JSON.parse(pre.textContent)));

for (const { name, images } of examples.filter(({ name }) => name !== "many")) {
  test(`example ${name}`, async () => {
    const { page, wrong, context } = await shown(name);
    assert.equal((await report(page)) + "\n", testdata("reports", `${name}.json`));
    const expected = cases.find((one) => one.name === name);
    assert.equal(await page.getAttribute(".verdict", "data-decision"), expected.decision);
    assert.equal(await page.getAttribute(".verdict", "data-reason"), expected.reason);
    const text = await page.textContent("#result");
    for (const { name: attestor, attestations } of JSON.parse(await report(page)).attestors) {
      assert.ok(text.includes(attestor));
      for (const { source, keyId, outcome } of attestations) {
        for (const part of [source, keyId ?? "", outcome.code]) assert.ok(text.includes(part), part);
      }
    }
    assert.equal(images.length, 1);
    assert.deepEqual(wrong, []);
    await context.close();
  });
}

test("bad input is answered in words, and the page goes on", async () => {
  const { page, wrong, context } = await shown("two-both");
  const answer = async (field, value) => {
    const before = await page.inputValue(field);
    await page.fill(field, value);
    await page.click("#decide");
    const text = await page.textContent("#answer");
    await page.fill(field, before);
    return text;
  };
  assert.match(await answer("#policy", ""), /cannot be decided/);
  assert.match(await answer("#policy", '{"kind":1}'), /WRONG_TYPE|MISSING_FIELD/);
  assert.match(await answer("#policy", "- a\n  b: : c"), /SYNTAX/);
  assert.match(await answer("#documents textarea", "<b>no json</b>"), /evidence\/release\.json.*SYNTAX/s);
  assert.match(await answer("#at", "tomorrow"), /TIME_SYNTAX/);
  assert.match(await answer("#annotations", "novalue"), /Line 1/);
  assert.match(await answer("#image", "<img src=x onerror=alert(1)>"), /INVALID_REFERENCE/);
  assert.match(await answer("#image", ""), /INVALID_REFERENCE/);
  assert.equal(await page.$("#answer img"), null);
  await page.click("#decide");
  assert.equal((await report(page)) + "\n", testdata("reports/two-both.json"));
  assert.deepEqual(wrong, []);
  await context.close();
});

test("files are dropped, and the policy in YAML decides the same", async () => {
  const { page, wrong, context } = await shown("format-cosign");
  const drop = (zone, name, text) =>
    page.evaluate(
      ([zone, name, text]) => {
        const data = new DataTransfer();
        data.items.add(new File([text], name));
        document.querySelector(`[data-drop="${zone}"]`).dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
      },
      [zone, name, text],
    );
  const yaml = testdata("policies/shop.yaml");
  await drop("policy", "policy.yaml", yaml);
  await page.waitForFunction((text) => document.getElementById("policy").value === text, yaml);
  await page.click("#documents button");
  await drop("documents", "evidence/release-cosign.json", testdata("evidence/release-cosign.json"));
  await page.waitForSelector("#documents textarea");
  // A file's name has no folder.
  await page.fill("#documents input", "evidence/release-cosign.json");
  await page.click("#decide");
  assert.equal((await report(page)) + "\n", testdata("reports/format-cosign.json"));
  assert.deepEqual(wrong, []);
  await context.close();
});

test("10,000 images, while the page stays usable", async () => {
  const { page, wrong, context } = await shown("many");
  await page.waitForSelector("#batch-rows");
  const { images } = examples.find(({ name }) => name === "many");
  await put(page, "images", Array.from({ length: 10_000 }, (_, index) => images[index % images.length]).join("\n"));
  await page.click("#decide");
  // The page sees the progress while the worker is busy, and with it the button that stops.
  await page.waitForFunction(() => document.querySelector("progress")?.value > 0 && document.querySelector("#cancel").checkVisibility(), null, { polling: 5 });
  // The page answers: a tab is chosen, and text arrives.
  await page.click("#tab-one");
  await page.fill("#cluster", "prod-2");
  assert.equal(await page.inputValue("#cluster"), "prod-2");
  await page.waitForSelector("#batch-rows", { timeout: 120_000 });
  assert.match(await page.textContent("#batch-state"), /^10000 images: \d+ allowed, \d+ denied/);
  const counted = await page.$$eval(".counts td.number", (cells) => cells.reduce((sum, cell) => sum + Number(cell.textContent), 0));
  assert.equal(counted, 10_000);
  assert.equal(await page.$$eval("#batch-rows tbody tr", (rows) => rows.length), 100);
  await page.click("text=Show 100 more");
  assert.equal(await page.$$eval("#batch-rows tbody tr", (rows) => rows.length), 200);
  await page.selectOption("#batch-filter", "DENY TAG_REFERENCE");
  assert.ok((await page.$$eval("#batch-rows tbody tr td:first-child", (cells) => cells.map((cell) => cell.textContent))).every((text) => text.includes("TAG_REFERENCE")));
  await page.click("#batch-rows tbody button");
  assert.equal(await page.getAttribute(".verdict", "data-reason"), "TAG_REFERENCE");
  assert.deepEqual(wrong, []);
  await context.close();
});

test("a run is stopped, and one with a bad policy says so", async () => {
  const { page, wrong, context } = await shown("many");
  await page.waitForSelector("#batch-rows");
  await put(page, "images", "alpine\n".repeat(200_000));
  await page.click("#decide");
  // In one step with the look at the progress: a fast machine is soon through with them.
  await page.waitForFunction(() => {
    const begun = document.querySelector("progress")?.value > 0;
    if (begun) document.querySelector("#cancel").click();
    return begun;
  }, null, { polling: 5 });
  assert.match(await page.textContent("#batch-state"), /^Stopped after \d+ of 200000\.$/);
  await page.fill("#policy", "{");
  await page.click("#decide");
  assert.match(await page.textContent("#answer"), /SYNTAX/);
  assert.deepEqual(wrong, []);
  await context.close();
});

test("nothing is waited for twice: all that the page loads is named in it", async () => {
  const fresh = await serve(PAGE);
  const { page, wrong, context } = await open(browser, fresh.url);
  await page.waitForFunction(() => document.documentElement.dataset.ready);
  const named = await page.$$eval("link[href], script[src]", (elements) => elements.map(({ href, src }) => new URL(href ?? src).pathname));
  assert.deepEqual([...new Set(fresh.asked)].sort(), ["/", ...named].sort());
  // What is named is loaded once, and not once more when it is needed.
  assert.equal(fresh.asked.filter((path) => /\.(js|wasm|json)$/.test(path)).length, named.filter((path) => /\.(js|wasm|json)$/.test(path)).length);
  assert.deepEqual(wrong, []);
  await context.close();
  fresh.close();
});

test("by keyboard alone", async () => {
  const { page, context } = await shown("two-both");
  await page.focus("#tab-one");
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.evaluate(() => document.activeElement.id), "tab-many");
  assert.equal(await page.isVisible("#panel-many"), true);
  await page.keyboard.press("Home");
  assert.equal(await page.isVisible("#panel-one"), true);
  await page.focus("#image");
  await page.keyboard.press("End");
  await page.keyboard.type("0");
  await page.keyboard.press("Enter");
  assert.equal(await page.getAttribute(".verdict", "data-reason"), "INVALID_REFERENCE");
  assert.equal(await page.evaluate(() => document.activeElement.id), "result-title");
  await context.close();
});

test("the report is copied as the library gives it, and an example has a link", async () => {
  const { page, context } = await shown("two-one", { permissions: ["clipboard-read", "clipboard-write"] });
  await page.click("#copy-report");
  assert.equal((await page.evaluate(() => navigator.clipboard.readText())) + "\n", testdata("reports/two-one.json"));
  await page.selectOption("#example", "pgp");
  await page.click("#share");
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), `${server.url}#example=pgp`);
  await context.close();
});

test("in Chinese no text is left in English that the page has itself", async () => {
  const { LANGUAGES, Words } = await import(join(PAGE, "words.js"));
  assert.deepEqual(Object.keys(LANGUAGES.zh), Object.keys(LANGUAGES.en));
  const { dokimos } = await import("./support.mjs");
  const codes = dokimos.reasonCodes();
  const [en, zh] = ["en", "zh"].map((language) => new Words(language, codes));
  for (const { code, description } of codes) {
    assert.equal(en.code(code), description);
    assert.match(zh.code(code), /\p{Script=Han}/u, code);
  }
  const { page, context } = await shown("two-one", { locale: "zh-CN" });
  assert.equal(await page.getAttribute("html", "lang"), "zh-CN");
  assert.equal(await page.textContent("h1"), LANGUAGES.zh.title);
  await page.selectOption("#language", "en");
  assert.equal(await page.textContent("h1"), LANGUAGES.en.title);
  assert.match(await page.textContent("#answer"), /The path through the policy/);
  await context.close();
});

for (const [scheme, locale, width] of [["light", "en-GB", 1280], ["dark", "zh-CN", 1280], ["light", "zh-CN", 360], ["dark", "en-GB", 360]]) {
  test(`accessible, and no wider than its window: ${scheme}, ${locale}, ${width}`, async () => {
    for (const example of ["", "two-both", "nested-bad-and-good", "dry-run-bad", "two-stranger", "many"]) {
      const { page, context } = await shown(example, { colorScheme: scheme, locale, viewport: { width, height: 800 } });
      if (example === "many") await page.waitForSelector("#batch-rows");
      // The policy of the page forbids scripts from elsewhere; the debugger may.
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run());
      assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html).slice(0, 3)]), [], example);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `${example}: ${wide}`);
      await context.close();
    }
  });
}
