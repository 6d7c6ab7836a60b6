// The package as users have it: packed, installed into a project, and run in the environments that it names.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import workerd from "workerd";
import { launch, open, serve } from "./browser.mjs";
import { EXPECTED, pack, project, publish, run, runNode, start, tool } from "./packaging.mjs";
import { PACKAGE } from "./support.mjs";

/** What the README promises to be enough, and nothing else is allowed. */
const POLICY = {
  "content-security-policy":
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; img-src data:",
};

const { tarball, files } = pack("package");
let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** Opens a page of a folder, and gives what it found, all that went wrong, and the files that were asked for. */
async function inBrowser(folder, headers = POLICY, types = {}) {
  const server = await serve(folder, headers, types);
  const { result, wrong, context } = await resultOf(server.url);
  await context.close();
  server.close();
  return { result, wrong, asked: server.asked };
}

async function resultOf(url) {
  const { page, wrong, context } = await open(browser, url);
  const result = await page.waitForFunction(() => globalThis.result).then((handle) => handle.jsonValue());
  return { result, wrong, context };
}

const modules = (asked) => asked.filter((path) => path.endsWith(".wasm"));

test("the package has the files that it is to have, and no other", () => {
  assert.deepEqual(files, [
    "LICENSE",
    "README.md",
    "api.js",
    "browser.js",
    "common.d.cts",
    "common.d.ts",
    "dokimos.d.cts",
    "dokimos.d.ts",
    "dokimos.wasm",
    "dokimos_wasm.js",
    "node.cjs",
    "node.mjs",
    "package.json",
    "public.js",
    "slim.d.ts",
    "slim.js",
    "workerd.js",
  ]);
});

test("npm would publish it as it is", async () => {
  // A registry that knows no package: npm asks it for earlier versions.
  const registry = await serve(join(PACKAGE, "nothing"));
  const { published, said } = await publish(registry.url);
  registry.close();
  assert.equal(published.id, `dokimos@${EXPECTED.version}`);
  assert.deepEqual(published.files.map(({ path }) => path).sort(), files);
  // It says so where it changes a package.json on the way.
  assert.doesNotMatch(said, /correct/);
  assert.deepEqual([...new Set(registry.asked)], ["/dokimos"]);
});

test("every entry that package.json names is there, and its types come first", () => {
  const { exports, main, module, types, sideEffects, dependencies, scripts } = JSON.parse(
    readFileSync(join(PACKAGE, "package.json"), "utf8"),
  );
  // Whatever conditions are met on the way to a file of JavaScript, the types beside it were met before.
  const paths = [];
  const walk = (value) => {
    if (typeof value === "string") return paths.push(value);
    const names = Object.keys(value);
    const first = names.findIndex((name) => typeof value[name] === "string");
    if (first >= 0) assert.deepEqual(names.slice(first), ["types", "default"]);
    Object.values(value).forEach(walk);
  };
  for (const [name, value] of Object.entries(exports)) {
    if (typeof value === "string") assert.equal(value, name, "a file that is no JavaScript");
    walk(value);
  }
  assert.ok(paths.length >= 12);
  for (const path of [main, module, types, ...sideEffects, ...paths]) {
    assert.ok(files.includes(path.replace(/^\.\//, "")), path);
  }
  // Nothing comes with it, and nothing runs when it is installed.
  assert.deepEqual([dependencies, scripts], [undefined, undefined]);
});

test("Node.js: import", () => {
  assert.deepEqual(runNode(project("node-esm", tarball), "main.mjs"), EXPECTED);
});

test("Node.js: require, in a package that is of CommonJS", () => {
  const folder = project("node-cjs", tarball, { type: "commonjs" });
  assert.deepEqual(runNode(folder, "main.cjs"), EXPECTED);
});

test("Node.js: threads, each with its own module", () => {
  assert.deepEqual(runNode(project("node-worker", tarball), "main.mjs"), EXPECTED);
});

test("Node.js: slim, with a module that the caller compiled", () => {
  assert.deepEqual(runNode(project("node-slim", tarball), "main.mjs"), EXPECTED);
});

test("a plain page", async () => {
  const folder = project("page", tarball);
  const { result, wrong, asked } = await inBrowser(folder);
  assert.deepEqual(wrong, []);
  assert.deepEqual(result, { ...EXPECTED, before: "NOT_READY" });
  assert.deepEqual(modules(asked), ["/node_modules/dokimos/dokimos.wasm"]);
  // The policy is what is tested: without its one permission nothing is compiled.
  const strict = { "content-security-policy": POLICY["content-security-policy"].replace(" 'wasm-unsafe-eval'", "") };
  const refused = await inBrowser(folder, strict);
  assert.match(refused.result.failed, /CompileError/);
  // A server that does not know what the file is.
  const untyped = await inBrowser(folder, POLICY, { ".wasm": "application/octet-stream" });
  assert.deepEqual(untyped.result, result);
});

test("a worker of a plain page", async () => {
  const { result, wrong, asked } = await inBrowser(project("page-worker", tarball));
  assert.deepEqual(wrong, []);
  assert.deepEqual(result, EXPECTED);
  assert.equal(modules(asked).length, 1);
});

test("slim, with one module for a page and its worker", async () => {
  const { result, wrong, asked } = await inBrowser(project("page-slim", tarball));
  assert.deepEqual(wrong, []);
  assert.deepEqual(result, EXPECTED);
  assert.equal(modules(asked).length, 1);
});

test("Vite: built and served, with a worker", async () => {
  const folder = project("vite", tarball);
  run(tool("vite"), ["build"], { cwd: folder });
  const assets = readdirSync(join(folder, "dist/assets"));
  assert.equal(assets.filter((name) => name.endsWith(".wasm")).length, 1, assets.join(" "));
  run("cp", ["given.json", "dist/"], { cwd: folder });
  const { result, wrong } = await inBrowser(join(folder, "dist"));
  assert.deepEqual(wrong, []);
  assert.deepEqual(result, { ...EXPECTED, using: "INVALID_ARGUMENT" });
});

test("Vite: the development server", async () => {
  const folder = project("vite", tarball);
  const server = await start(tool("vite"), ["--host", "127.0.0.1", "--port", "0"], folder, /http:\/\/127\.0\.0\.1:\S*?\d+\S*\//);
  const { result, context } = await resultOf(server.found[0].replace(/\u001b\[\d+m/g, ""));
  await context.close();
  server.end();
  assert.deepEqual(result, { ...EXPECTED, using: "INVALID_ARGUMENT" });
});

test("webpack: built and served, with a worker", async () => {
  const folder = project("webpack", tarball);
  run(tool("webpack"), ["--mode", "production", "--entry", "./src/main.js"], { cwd: folder });
  run("cp", ["given.json", "index.html", "dist/"], { cwd: folder });
  const { result, wrong, asked } = await inBrowser(join(folder, "dist"));
  assert.deepEqual(wrong, []);
  assert.deepEqual(result, EXPECTED);
  assert.equal(new Set(modules(asked)).size, 1);
});

test("workerd, the runtime of Cloudflare Workers", async () => {
  const folder = project("workerd", tarball);
  // As wrangler bundles: the module stays a file that is imported.
  const bundle = ["main.js", "--bundle", "--format=esm", "--conditions=workerd", "--loader:.wasm=copy", "--asset-names=[name]"];
  run(tool("esbuild"), [...bundle, "--outdir=dist"], { cwd: folder });
  const server = await start(workerd.default, ["serve", "config.capnp", "--control-fd=3"], folder, /"port":(\d+)/);
  const given = readFileSync(join(folder, "given.json"));
  const response = await fetch(`http://127.0.0.1:${server.found[1]}/`, { method: "POST", body: given });
  const body = await response.text();
  server.end();
  assert.equal(response.status, 200, body);
  assert.deepEqual(JSON.parse(body), EXPECTED);
});
