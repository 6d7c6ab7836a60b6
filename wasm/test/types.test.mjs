// The types, as the compiler finds them through the package's `exports`, in every way in which it looks for them.
import assert from "node:assert/strict";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pack, project, run, runNode, tool } from "./packaging.mjs";
import { dokimos } from "./support.mjs";

const { tarball } = pack("types-package");
const folder = project("types", tarball);
for (const name of ["use", "slim", "wrong"]) copyFileSync(join(folder, `${name}.ts`), join(folder, `${name}.mts`));
copyFileSync(join(folder, "use.ts"), join(folder, "use.cts"));

const options = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: false,
  // The package's own types are looked at too, and need no others.
  skipLibCheck: false,
  types: [],
  target: "es2022",
  noEmit: true,
};

function compile(name, files, more) {
  const config = `tsconfig.${name}.json`;
  writeFileSync(join(folder, config), JSON.stringify({ compilerOptions: { ...options, ...more }, files }));
  return run(tool("tsc"), ["--project", config], { cwd: folder });
}

for (const module of ["node16", "nodenext"]) {
  test(`${module}: import and require`, () => {
    compile(module, ["use.mts", "use.cts", "slim.mts", "wrong.mts"], { module, lib: ["es2022", "dom"] });
  });
}

for (const module of ["esnext", "preserve"]) {
  test(`bundlers, ${module}`, () => {
    compile(module, ["use.ts", "slim.ts", "wrong.ts"], { module, moduleResolution: "bundler", lib: ["es2022", "dom"] });
  });
}

test("with nothing but the language itself", () => {
  compile("language", ["use.mts", "use.cts"], { module: "nodenext", lib: ["es2022"] });
});

test("wrong use is found, not only expected", () => {
  const wrong = readFileSync(join(folder, "wrong.ts"), "utf8");
  writeFileSync(join(folder, "bare.mts"), wrong.replaceAll("@ts-expect-error", ""));
  const found = failure(() => compile("bare", ["bare.mts"], { module: "nodenext", lib: ["es2022", "dom"] }));
  const lines = new Set(Array.from(found.matchAll(/^bare\.mts\((\d+),/gm), ([, line]) => line));
  assert.equal(lines.size, wrong.match(/^\/\/ @ts-expect-error/gm).length, found);
});

test("what was compiled runs, and has what the types name", () => {
  compile("emit", ["use.mts", "use.cts"], { module: "nodenext", lib: ["es2022"], noEmit: false, outDir: "out" });
  for (const [file, load] of [["use.mjs", "await import"], ["use.cjs", "createRequire(import.meta.url)"]]) {
    const main = `import { createRequire } from "node:module";
      const { NAMES, described, use } = ${load}("./out/${file}");
      const error = await use("{", new Uint8Array()).catch(described);
      console.log(JSON.stringify({ names: NAMES.sort(), error }));`;
    writeFileSync(join(folder, "main.mjs"), main);
    const { names, error } = runNode(folder, "main.mjs");
    assert.deepEqual(names, Object.keys(dokimos).sort());
    assert.match(error, /^SYNTAX /);
  }
});

function failure(action) {
  try {
    action();
  } catch (error) {
    return error.message.slice(error.message.indexOf("\n") + 1);
  }
  throw new Error("nothing was wrong");
}
