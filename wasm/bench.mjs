// How long one raw RSA-2048 verification takes, beside WebCrypto's call in the same run: `node wasm/bench.mjs`. Not a test.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { PublicKey, verifyBatch } = await import(join(root, "target/npm/dokimos/node.mjs"));
const { subtle } = globalThis.crypto;

const made = { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" };
const pair = await subtle.generateKey(made, true, ["sign", "verify"]);
const message = new Uint8Array(300);
const signature = new Uint8Array(await subtle.sign(made.name, pair.privateKey, message));
const key = PublicKey.fromDer(new Uint8Array(await subtle.exportKey("spki", pair.publicKey)), "RSA_PKCS1_SHA_256");
const batch = Array.from({ length: 64 }, () => ({ key, message, signature }));

const contenders = {
  "dokimos, verify": [200, () => key.verify(message, signature)],
  "dokimos, verifyBatch of 64, each": [4, () => verifyBatch(batch), 64],
  "WebCrypto, awaited": [200, () => subtle.verify(made.name, pair.publicKey, signature, message)],
};

// The rounds are mixed, so that whatever else the machine does meets all of them; the median is taken.
const times = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
for (let round = 0; round < 41; round += 1) {
  for (const [name, [calls, action, each = 1]] of Object.entries(contenders)) {
    const start = performance.now();
    for (let call = 0; call < calls; call += 1) await action();
    times[name].push(((performance.now() - start) * 1000) / calls / each);
  }
}
for (const [name, list] of Object.entries(times)) {
  list.sort((a, b) => a - b);
  console.log(`${name}: ${list[list.length >> 1].toFixed(1)} µs (${list[0].toFixed(1)} to ${list.at(-1).toFixed(1)})`);
}
const { gzipSync } = await import("node:zlib");
for (const [name, file] of [["everything", "full"], ["signatures only", "raw"]]) {
  const bytes = readFileSync(join(root, `target/npm/${file}/dokimos_wasm_bg.wasm`));
  console.log(`${name}: ${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} with gzip`);
}
