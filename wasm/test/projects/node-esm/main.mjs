import * as dokimos from "dokimos";
import { readFileSync } from "node:fs";
import { exercise } from "./exercise.mjs";

const given = JSON.parse(readFileSync("given.json", "utf8"));
console.log(JSON.stringify(exercise(dokimos, given)));
