import * as dokimos from "./node_modules/dokimos/slim.js";
import { exercise } from "./exercise.mjs";

try {
  const given = await (await fetch("given.json")).json();
  const file = "node_modules/dokimos/dokimos.wasm";
  // The page compiles the module once: for itself, and for a worker that instantiates it at once.
  const module = await WebAssembly.compileStreaming(fetch(file));
  await dokimos.init(module);
  const here = JSON.stringify(exercise(dokimos, given));
  const there = await new Promise((resolve, reject) => {
    const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage({ module, given });
  });
  if (here !== there) throw new Error("page and worker do not agree");
  globalThis.result = JSON.parse(here);
} catch (error) {
  globalThis.result = { failed: String(error) };
}
