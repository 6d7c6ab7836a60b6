import * as dokimos from "dokimos";
// @ts-ignore plain JavaScript, which every project shares
import { exercise } from "../exercise.mjs";

declare global {
  var result: unknown;
}

try {
  const given = await (await fetch("given.json")).json();
  await dokimos.init();
  let freed: dokimos.Policy;
  {
    using policy = dokimos.Policy.fromJson(given.policy);
    freed = policy;
  }
  const here = JSON.stringify(exercise(dokimos, given));
  const there = await inWorker(given);
  if (here !== there) throw new Error("page and worker do not agree");
  globalThis.result = { ...JSON.parse(here), using: codeOf(() => freed.outline()) };
} catch (error) {
  globalThis.result = { failed: String(error) };
}

function inWorker(given: unknown): Promise<string> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(given);
  });
}

function codeOf(action: () => unknown): string {
  try {
    action();
    return "nothing was thrown";
  } catch (error) {
    return error instanceof dokimos.DokimosError ? error.code : String(error);
  }
}
