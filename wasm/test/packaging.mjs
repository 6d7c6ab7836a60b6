// The package as npm packs it, installed into throw-away projects under target/.
import { execFile, spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { PACKAGE, ROOT, cases, policyText, question, testdata } from "./support.mjs";

const PROJECTS = join(dirname(fileURLToPath(import.meta.url)), "projects");
const FOLDER = join(ROOT, "target/packaging");
const TOOLS = join(ROOT, "wasm/node_modules/.bin");

/** When npm runs the tests it sets variables that it reads itself: a project of a user has none of them. */
const ENVIRONMENT = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));

/** Runs a command to its end and gives its output; fails with all that it said. */
export function run(command, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8", env: ENVIRONMENT, ...options });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${error ?? status}\n${stdout}\n${stderr}`);
  return { stdout, stderr };
}

/** A program of npm's packages that build and test, run as `npx` would. */
export const tool = (name) => join(TOOLS, name);

/** What `npm pack` makes of the package, in a folder of this name: the file, and what is in it. */
export function pack(name) {
  const folder = join(FOLDER, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { stdout } = run("npm", ["pack", PACKAGE, "--pack-destination", folder, "--json"]);
  const packed = JSON.parse(stdout);
  // npm 12 gives an object by package name, those before an array.
  const [{ filename, files }] = Array.isArray(packed) ? packed : Object.values(packed);
  return { tarball: join(folder, filename), files: files.map(({ path }) => path).sort() };
}

/** What `npm publish` would do, with a registry of one's own; gives what it would send, and what it said besides. */
export async function publish(registry) {
  const args = ["publish", PACKAGE, "--dry-run", "--json", "--registry", registry];
  const { stdout, stderr } = await promisify(execFile)("npm", args, { env: ENVIRONMENT });
  return { published: Object.values(JSON.parse(stdout))[0], said: stderr };
}

/** Makes one of the projects, with the package installed from the file and from nowhere else; gives its folder. */
export function project(name, tarball, manifest = {}) {
  const folder = join(FOLDER, name);
  rmSync(folder, { recursive: true, force: true });
  cpSync(join(PROJECTS, name), folder, { recursive: true });
  cpSync(join(PROJECTS, "exercise.mjs"), join(folder, "exercise.mjs"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name, private: true, type: "module", ...manifest }));
  writeFileSync(join(folder, "given.json"), JSON.stringify(GIVEN));
  run("npm", ["install", "--offline", "--no-audit", "--no-fund", "--no-package-lock", tarball], { cwd: folder });
  return folder;
}

/** What a project in Node.js prints, with no network to be had. */
export function runNode(folder, main) {
  const offline = join(PROJECTS, "offline.cjs");
  const { stdout, stderr } = run(process.execPath, ["--require", offline, main], { cwd: folder });
  if (stderr) throw new Error(stderr);
  return JSON.parse(stdout);
}

/** Starts a program that serves; gives what it wrote when that matches, and how to end it. */
export async function start(command, args, cwd, pattern) {
  const child = spawn(command, args, { cwd, stdio: ["ignore", "pipe", "pipe", "pipe"] });
  let said = "";
  const found = await new Promise((resolve, reject) => {
    for (const stream of child.stdio.slice(1)) {
      stream.on("data", (data) => {
        said += data;
        const match = pattern.exec(said);
        if (match) resolve(match);
      });
    }
    child.once("error", reject);
    child.once("exit", (status) => reject(new Error(`${command} ended with ${status}\n${said}`)));
    setTimeout(() => child.kill(), 60_000).unref();
  });
  return { found, end: () => child.kill() };
}

const named = (name) => cases.find((one) => one.name === name);
const ALLOWED = named("format-release");
const DENIED = cases.find(({ policy, decision, at }) => policy === ALLOWED.policy && at === ALLOWED.at && decision === "DENY");
const asked = (one) => ({ ...question(one), at: one.at });
const { message, signatures } = JSON.parse(testdata("keys/signatures.json"));
const signed = signatures.find(({ key, padding, hash }) => key === "rsa-2048" && padding === "pkcs1" && hash === "sha256");

/** What every project is given: an image that is allowed and one that is denied, a signature, and a broken policy. */
const GIVEN = {
  policy: policyText(ALLOWED),
  yaml: testdata(ALLOWED.policy.replace(/json$/, "yaml")),
  requests: [asked(ALLOWED), asked(DENIED)],
  check: {
    key: testdata("keys/rsa-2048.pem"),
    algorithm: "RSA_PKCS1_SHA_256",
    message: testdata("keys", message),
    signature: signed.signature,
  },
  broken: '{"apiVersion":"dokimos.dev/v1","kind":"Policy","default":{"evaluation":"ALWAYS_DENY"},"rulez":[],"roles":1}',
};
const REPORTS = [ALLOWED, DENIED].map(({ name }) => testdata("reports", `${name}.json`).trimEnd());
const freed = (path) => ({ name: "DokimosError", code: "INVALID_ARGUMENT", path, details: 0, isError: true });

/** What every project is to find. */
export const EXPECTED = {
  version: JSON.parse(testdata("../wasm/js/package.json")).version,
  reports: REPORTS,
  fromYaml: REPORTS,
  readBefore: REPORTS[0],
  verified: [true, false],
  errors: [
    { name: "DokimosError", code: "UNKNOWN_FIELD", path: "", details: 2, isError: true },
    { name: "DokimosError", code: "REFERENCE_INVALID_TAG", path: "image", details: 0, isError: true },
  ],
  freed: [freed("policy"), freed("policy"), freed("attestations")],
};
