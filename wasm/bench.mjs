// What docs/PERFORMANCE.md says of JavaScript, measured anew: `scripts/build-wasm bench && node wasm/bench.mjs`. Not a test.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { launch, serve } from "./test/browser.mjs";
import { ROOT, cases, dokimos, policyText, question, testdata } from "./test/support.mjs";

const { Attestations, Policy, PublicKey, verifyBatch } = dokimos;
const { subtle } = globalThis.crypto;
const built = (...path) => readFileSync(join(ROOT, "target/npm", ...path));

const rsa = await import(join(ROOT, "target/npm/rsa/rsa.js"));
rsa.initSync({ module: built("rsa/rsa_bg.wasm") });

for (const modulusLength of [2048, 3072, 4096]) {
  const made = { name: "RSASSA-PKCS1-v1_5", modulusLength, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" };
  const pair = await subtle.generateKey(made, true, ["sign", "verify"]);
  const message = new Uint8Array(300);
  const signature = new Uint8Array(await subtle.sign(made.name, pair.privateKey, message));
  const der = new Uint8Array(await subtle.exportKey("spki", pair.publicKey));
  const key = PublicKey.fromDer(der, "RSA_PKCS1_SHA_256");
  const other = rsa.Key.fromDer(der);
  const batch = Array.from({ length: 64 }, () => ({ key, message, signature }));
  await compare(`RSA-${modulusLength}`, {
    "WebCrypto, awaited": [50, () => subtle.verify(made.name, pair.publicKey, signature, message)],
    "dokimos, verify": [50, () => key.verify(message, signature)],
    "dokimos, verifyBatch of 64, each": [1, () => verifyBatch(batch), 64],
    "rsa crate in wasm": [10, () => other.verify(message, signature)],
  });
}

const one = cases.find(({ name }) => name === "format-release");
const policy = Policy.fromJson(policyText(one));
const request = { ...question(one), at: Date.parse(one.at) };
const attestations = new Attestations();
for (const { source, document } of request.attestations) attestations.add(document, source);
const yaml = testdata(one.policy.replace(/json$/, "yaml"));
const freed = (policy) => policy.free();
await compare("policy", {
  "evaluate: one attestation, RSA-2048": [50, () => policy.evaluate(request)],
  "evaluate, its attestations read before": [50, () => policy.evaluate({ ...request, attestations })],
  [`fromJson, ${policyText(one).length} bytes`]: [20, () => freed(Policy.fromJson(policyText(one)))],
  [`fromYaml, ${yaml.length} bytes`]: [20, () => freed(Policy.fromYaml(yaml))],
});

await page();
for (const [name, file] of [["everything", "dokimos/dokimos.wasm"], ["signatures only", "raw/dokimos_raw_bg.wasm"], ["rsa crate", "rsa/rsa_bg.wasm"]]) {
  const bytes = built(file);
  console.log(`${name}: ${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} with gzip`);
}

/** Times of all, in rounds in which all take turns: whatever else the machine does meets all of them. */
async function compare(title, contenders) {
  const times = Object.entries(contenders).map(([name, how]) => ({ name, how, list: [] }));
  for (let round = 0; round < 101; round += 1) {
    for (const { how: [calls, action, each = 1], list } of times) {
      const start = performance.now();
      for (let call = 0; call < calls; call += 1) {
        // Only what is a promise is waited for.
        const result = action();
        if (result instanceof Promise) await result;
      }
      list.push(((performance.now() - start) * 1000) / calls / each);
    }
  }
  console.log(`\n| ${title} | µs | least | of the first |\n| --- | ---: | ---: | ---: |`);
  for (const { name, list } of times) {
    const ratio = median(list.map((time, round) => time / times[0].list[round]));
    console.log(`| ${name} | ${median(list).toFixed(1)} | ${Math.min(...list).toFixed(1)} | ${ratio.toFixed(2)} |`);
  }
}

/** From the navigation until the page can decide, each time in a new context: nothing is in its cache. */
async function page() {
  const server = await serve(join(ROOT, "target/npm/page"));
  const browser = await launch();
  const times = [];
  for (let round = 0; round < 21; round += 1) {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.addInitScript(() => {
      new MutationObserver((_, observer) => {
        if (!document.documentElement?.dataset.ready) return;
        globalThis.readyAfter = performance.now();
        observer.disconnect();
      }).observe(document, { subtree: true, attributes: true });
    });
    await page.goto(server.url);
    times.push(await page.waitForFunction(() => globalThis.readyAfter).then((handle) => handle.jsonValue()));
    await context.close();
  }
  await browser.close();
  server.close();
  console.log(`\npage ready after ${median(times).toFixed(0)} ms (least ${Math.min(...times).toFixed(0)})`);
}

function median(list) {
  return [...list].sort((a, b) => a - b)[list.length >> 1];
}
