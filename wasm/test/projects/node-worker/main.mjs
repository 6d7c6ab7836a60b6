import { readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";

const workerData = JSON.parse(readFileSync("given.json", "utf8"));
// Two at once: each has a module of its own.
const results = [1, 2].map(async () => {
  const worker = new Worker(new URL("worker.mjs", import.meta.url), { workerData });
  const result = await new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
  await worker.terminate();
  return JSON.stringify(result);
});
const [first, second] = await Promise.all(results);
if (first !== second) throw new Error("two workers do not agree");
console.log(first);
