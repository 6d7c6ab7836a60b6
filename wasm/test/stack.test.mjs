// How much of the stack is used: nothing tells that it is full but a module that ends.
import assert from "node:assert/strict";
import { test } from "node:test";

// The module keeps its memory to itself: what makes it is asked.
const { Instance } = WebAssembly;
let memory;
WebAssembly.Instance = function (...arguments_) {
  const instance = new Instance(...arguments_);
  memory = Object.values(instance.exports).find((exported) => exported instanceof WebAssembly.Memory);
  return instance;
};
const { cases, dokimos, policyText, question, testbytes, testdata, thrown } = await import("./support.mjs");
const { AdmissionReview, Attestations, Policy, PublicKey, verifyBatch } = dokimos;

/** Bytes of the stack that scripts/build-wasm has the linker make. It is first in memory, and grows down to address 0. */
const STACK = 512 * 1024;

const used = () => {
  const lowest = new Uint8Array(memory.buffer, 0, STACK).findIndex((byte) => byte !== 0);
  return lowest < 0 ? 0 : STACK - lowest;
};

test("the largest keys, the deepest documents and every case use little of the stack", () => {
  assert.equal(used(), 0);
  for (const one of cases) Policy.fromJson(policyText(one)).evaluate({ ...question(one), at: one.at });
  const decided = used();
  assert.ok(decided > 1024, `${decided} bytes`);

  for (const deep of [30, 31, 32, 33, 10_000]) {
    const nested = (open, inner, close) => `${open.repeat(deep)}${inner}${close.repeat(deep)}`;
    const rule = nested('{"all":[', '"a"', "]}");
    thrown(() => Policy.fromJson(`{"attestors":[],"default":{"evaluation":"REQUIRE_ATTESTATION","require":${rule}}}`));
    for (const text of [nested("[", "", "]"), nested("{a: ", "", "}"), nested("- ", "a", "")]) {
      thrown(() => Policy.fromYaml(text));
    }
    for (const text of [nested('{"payload":', "1", "}"), nested("[", "1", "]")]) {
      thrown(() => new Attestations().add(`[${text}]`, "deep"));
      thrown(() => AdmissionReview.parse(`{"request":{"uid":"u","object":${text}}}`));
    }
  }

  const key = PublicKey.fromPem(testdata("keys/rsa-8192.pem"), "RSA_PKCS1_SHA_512");
  const one = { key, message: testbytes("keys/message.txt"), signature: new Uint8Array(1024).fill(1) };
  assert.deepEqual(verifyBatch(Array(64).fill(one)), Array(64).fill(false));

  const most = used();
  assert.ok(most >= decided && most <= STACK / 8, `${most} bytes of the stack are used`);
});
