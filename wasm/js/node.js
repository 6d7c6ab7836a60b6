// For Node.js, which has the module on its disk: it is there as soon as this is loaded. The build makes `node.cjs` of it,
// which `require` and `import` share, so that a process has one module and one class of errors.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { initSync } from "./api.js";

export * from "./public.js";

initSync(new WebAssembly.Module(readFileSync(join(__dirname, "dokimos.wasm"))));

/** The module is there already. */
export const init = async () => {};
