import * as dokimos from "dokimos/slim";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { exercise } from "./exercise.mjs";

const given = JSON.parse(readFileSync("given.json", "utf8"));
const bytes = readFileSync(createRequire(import.meta.url).resolve("dokimos/dokimos.wasm"));
// A module that the caller compiled.
dokimos.initSync(await WebAssembly.compile(bytes));
console.log(JSON.stringify(exercise(dokimos, given)));
