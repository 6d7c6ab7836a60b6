// What is done to a module after it was compiled, to make it small: `node wasm/shrink.mjs FOLDER NAME` rewrites
// FOLDER/NAME_bg.wasm and its JavaScript, FOLDER/NAME.js. What the functions do is left to wasm-opt; here they are put in
// an order in which gzip finds more, and their exports get short names.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const WASM_OPT = fileURLToPath(new URL("node_modules/.bin/wasm-opt", import.meta.url));
const OPTIONS = [
  ...["--flatten", "--rereloop", "-Os", "-Os", "--converge"],
  // The linker puts the stack first, so that its far end alone is below address 1024. Engines do not look at the
  // alignments that are dropped, and gzip does.
  ...["--low-memory-unused", "--dealign", "--strip-producers"],
  // What the compiler may use by default on this target, and SIMD, and no more.
  ...["--enable-bulk-memory", "--enable-bulk-memory-opt", "--enable-sign-ext", "--enable-nontrapping-float-to-int"],
  ...["--enable-mutable-globals", "--enable-reference-types", "--enable-multivalue", "--enable-simd"],
];

/** Bytes that gzip looks back are 32 KiB: what resembles a function helps if it stands within that. */
const WINDOW = 30_000;
/** Functions resemble one another by the sequences of so many bytes that they share. */
const SEQUENCE = 5;
/** A sequence that more functions have is found anywhere. */
const COMMON = 60;

function shrink(folder, name) {
  const [module, script] = [join(folder, `${name}_bg.wasm`), join(folder, `${name}.js`)];
  const compiled = readFileSync(module);
  const { imports, bodies } = read(compiled);
  // wasm-opt inlines and drops functions: what is left is known by its name.
  const names = bodies.map((_, index) => `f${index}`);
  const small = read(optimize(named(compiled, imports, names), ["-g"]).module);
  const ranks = new Map(similar(small.bodies).map((index, rank) => [small.names.get(small.imports + index), rank]));
  const ranked = names.map((own) => String(ranks.get(own) ?? bodies.length).padStart(6, "0"));
  const { module: done, output } = optimize(named(compiled, imports, ranked), [
    "--reorder-functions-by-name",
    "--minify-imports-and-exports",
  ]);
  writeFileSync(module, done);
  writeFileSync(script, renamed(readFileSync(script, "utf8"), output));
}

function optimize(module, options) {
  const folder = mkdtempSync(join(tmpdir(), "dokimos-wasm-"));
  try {
    const [before, after] = [join(folder, "before.wasm"), join(folder, "after.wasm")];
    writeFileSync(before, module);
    const output = execFileSync(WASM_OPT, [...OPTIONS, ...options, before, "-o", after], { encoding: "utf8" });
    return { module: readFileSync(after), output };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The JavaScript of a module whose exports wasm-opt renamed, as it says once for each of its rounds. */
function renamed(script, output) {
  for (const round of output.split(/^(?=\{)/m)) {
    const short = new Map(JSON.parse(round).exports);
    script = script.replace(/\bwasm\.([\w$]+)/g, (whole, name) => (short.has(name) ? `wasm.${short.get(name)}` : whole));
  }
  return script;
}

/** The functions in an order in which each stands near those that it resembles most. */
function similar(bodies) {
  const having = new Map();
  bodies.forEach((body, index) => {
    for (let start = 0; start + SEQUENCE <= body.length; start += 1) {
      const sequence = body.latin1Slice(start, start + SEQUENCE);
      if (!having.has(sequence)) having.set(sequence, new Set());
      having.get(sequence).add(index);
    }
  });
  const shared = bodies.map(() => []);
  for (const [sequence, indices] of having) {
    if (indices.size < 2 || indices.size > COMMON) continue;
    for (const index of indices) shared[index].push(sequence);
  }
  const score = bodies.map(() => 0);
  const near = new Map();
  /** A function comes into the window (1), or leaves it (-1). */
  const move = (index, by) => {
    for (const sequence of shared[index]) {
      const count = (near.get(sequence) ?? 0) + by;
      near.set(sequence, count);
      if (count !== (by > 0 ? 1 : 0)) continue;
      const indices = having.get(sequence);
      for (const other of indices) score[other] += by / Math.log2(1 + indices.size);
    }
  };
  const order = [];
  const left = new Set(bodies.keys());
  const share = (index) => score[index] / (shared[index].length + 20);
  for (let first = 0, bytes = 0; left.size > 0; ) {
    const next = [...left].reduce((best, index) => (share(index) > share(best) ? index : best));
    left.delete(next);
    order.push(next);
    move(next, 1);
    for (bytes += bodies[next].length; bytes > WINDOW; first += 1) {
      move(order[first], -1);
      bytes -= bodies[order[first]].length;
    }
  }
  return order;
}

/** How many functions a module imports, the bodies of its own, and the names that its section "name" gives them. */
function read(module) {
  const found = { imports: 0, bodies: [], names: new Map() };
  for (const { id, start, end } of sections(module)) {
    const reader = new Reader(module, start);
    if (id === 2) {
      for (let left = reader.number(); left > 0; left -= 1) {
        reader.bytes();
        reader.bytes();
        if (reader.number() !== 0) throw new Error("something else than a function is imported");
        reader.number();
        found.imports += 1;
      }
    } else if (id === 10) {
      for (let left = reader.number(); left > 0; left -= 1) found.bodies.push(reader.bytes());
    } else if (id === 0 && reader.bytes().toString() === "name") {
      while (reader.at < end) {
        const kind = reader.number();
        const names = new Reader(reader.bytes(), 0);
        if (kind !== 1) continue;
        for (let left = names.number(); left > 0; left -= 1) found.names.set(names.number(), names.bytes().toString());
      }
    }
  }
  return found;
}

/** The module with these names for its own functions, and no other custom section. */
function named(module, imports, names) {
  const text = (string) => [...unsigned(string.length), ...Buffer.from(string)];
  const all = [...Array(imports).fill("import").map((name, index) => `${name}${index}`), ...names];
  const map = [...unsigned(all.length), ...all.flatMap((name, index) => [...unsigned(index), ...text(name)])];
  const section = [...text("name"), 1, ...unsigned(map.length), ...map];
  const kept = sections(module).filter(({ id }) => id !== 0);
  const parts = kept.map(({ from, end }) => module.subarray(from, end));
  return Buffer.concat([module.subarray(0, 8), ...parts, Buffer.from([0, ...unsigned(section.length), ...section])]);
}

/** Where each section begins, where what it holds begins, and where it ends. */
function sections(module) {
  const found = [];
  for (let from = 8; from < module.length; from = found.at(-1).end) {
    const reader = new Reader(module, from);
    const [id, size] = [reader.number(), reader.number()];
    found.push({ id, from, start: reader.at, end: reader.at + size });
  }
  return found;
}

/** Reads numbers (LEB128) and what begins with its length in bytes. */
class Reader {
  constructor(buffer, at) {
    this.buffer = buffer;
    this.at = at;
  }

  number() {
    let number = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.buffer[this.at];
      this.at += 1;
      number += (byte & 127) * factor;
      if (byte < 128) return number;
    }
  }

  bytes() {
    const length = this.number();
    this.at += length;
    return this.buffer.subarray(this.at - length, this.at);
  }
}

function unsigned(number) {
  const bytes = [];
  for (; number > 127; number >>>= 7) bytes.push((number & 127) | 128);
  return [...bytes, number];
}

shrink(...process.argv.slice(2));
