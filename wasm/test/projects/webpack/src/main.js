import * as dokimos from "dokimos";
import { exercise } from "../exercise.mjs";

try {
  const given = await (await fetch("given.json")).json();
  await dokimos.init();
  const here = JSON.stringify(exercise(dokimos, given));
  const there = await new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(given);
  });
  if (here !== there) throw new Error("page and worker do not agree");
  globalThis.result = JSON.parse(here);
} catch (error) {
  globalThis.result = { failed: String(error) };
}
