// What is left when the module fails inside. Nothing that it is given makes it fail, so here it is given too little memory.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { PACKAGE, cases, dokimos, policyText, question, testdata } from "./support.mjs";

const wasm = readFileSync(join(PACKAGE, "dokimos.wasm"));
const [one] = cases;

test("a module that runs out of memory refuses every later call, and another one is as it was", async () => {
  const policy = dokimos.Policy.fromJson(policyText(one));
  const report = () => `${JSON.stringify(policy.evaluate({ ...question(one), at: one.at }))}\n`;
  const [broken, whole] = await Promise.all([inWorker(limited(wasm, 64)), inWorker(wasm)]);
  assert.equal(broken.added, "INTERNAL");
  assert.deepEqual(broken.later, Array(5).fill("INTERNAL"));
  assert.deepEqual([whole.added, ...whole.later], ["16000000", ...Array(5).fill("done")]);
  // Here nothing happened, and a new worker is a new module.
  assert.equal(report(), testdata("reports", `${one.name}.json`));
  assert.deepEqual((await inWorker(wasm)).later, whole.later);
});

/** Fills memory in a worker that has its module from these bytes, and says what then becomes of other calls. */
function inWorker(bytes) {
  const script = `
    const { parentPort, workerData } = require("node:worker_threads");
    import(workerData.slim).then(({ Attestations, Policy, initSync, parseReference, version }) => {
      initSync(workerData.bytes);
      const policy = Policy.fromJson(workerData.policy);
      const attestations = new Attestations();
      const codeOf = (action) => {
        try {
          return action();
        } catch (error) {
          return error.code;
        }
      };
      const added = codeOf(() => {
        let size = 0;
        while (size < 16_000_000) {
          attestations.addDetached({ payload: new Uint8Array(1_000_000), signature: new Uint8Array(256) });
          size += 1_000_000;
        }
        return String(size);
      });
      const later = [
        () => policy.evaluate({ image: "alpine", at: 0 }),
        () => Policy.fromJson(workerData.policy),
        () => attestations.size,
        () => parseReference("alpine"),
        version,
      ].map((action) => codeOf(() => (action(), "done")));
      // What is given back now is of no consequence, but is no error either.
      policy.free();
      attestations.free();
      parentPort.postMessage({ added, later });
    });
  `;
  const workerData = { bytes, policy: policyText(one), slim: join(PACKAGE, "slim.js") };
  const worker = new Worker(script, { eval: true, workerData });
  return new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject)).finally(() => worker.terminate());
}

/** The module with a limit of its memory, in pages of 64 KiB. */
function limited(bytes, pages) {
  const parts = [bytes.subarray(0, 8)];
  for (let place = 8; place < bytes.length; ) {
    const start = place;
    const id = bytes[place];
    const [length, content] = number(bytes, place + 1);
    place = content + length;
    // WebAssembly's section 5: one memory, of a least size and no largest.
    if (id === 5) {
      const [count, flags] = [bytes[content], bytes[content + 1]];
      assert.deepEqual([count, flags], [1, 0]);
      const least = bytes.subarray(content + 2, place);
      assert.ok(number(bytes, content + 2)[0] < pages && pages < 128);
      parts.push(Uint8Array.of(5, least.length + 3, 1, 1, ...least, pages));
    } else parts.push(bytes.subarray(start, place));
  }
  return Buffer.concat(parts);
}

/** LEB128, and what follows it. */
function number(bytes, place) {
  let value = 0;
  for (let shift = 0; ; shift += 7, place += 1) {
    value |= (bytes[place] & 127) << shift;
    if (bytes[place] < 128) return [value, place + 1];
  }
}
