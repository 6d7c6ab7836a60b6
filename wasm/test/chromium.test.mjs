// The shared cases and signatures once more, in the engine and with the WebCrypto of a browser.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, open, serve } from "./browser.mjs";
import { ROOT, cases, policyText, testdata } from "./support.mjs";

let server;
let browser;
let opened;
before(async () => {
  // A page that has the package beside it.
  server = await serve(join(ROOT, "target/npm/page"));
  browser = await launch();
  opened = await open(browser, server.url);
});
after(async () => {
  await browser?.close();
  server?.close();
});

test("every report is Rust's, to the byte", async () => {
  const files = [...new Set(cases.flatMap(({ attestations }) => attestations))];
  const given = {
    documents: Object.fromEntries(files.map((file) => [file, testdata(file)])),
    cases: cases.map((one) => ({ ...one, policy: policyText(one) })),
  };
  const reports = await opened.page.evaluate(async ({ documents, cases }) => {
    const { Policy, init } = await import("/dokimos/browser.js");
    await init();
    return cases.map(({ policy, image, attestations, cluster, namespace, serviceAccount, annotations, at }) => {
      const compiled = Policy.fromJson(policy);
      const found = attestations.map((source) => ({ source, document: documents[source] }));
      const context = { cluster, namespace, serviceAccount, annotations };
      const report = compiled.evaluate({ image, attestations: found, ...context, at });
      compiled.free();
      return JSON.stringify(report);
    });
  }, given);
  assert.ok(reports.length >= 193);
  cases.forEach(({ name }, index) => assert.equal(`${reports[index]}\n`, testdata("reports", `${name}.json`), name));
  assert.deepEqual(opened.wrong, []);
});

test("raw signatures, as its WebCrypto judges them", async () => {
  const compared = await opened.page.evaluate(async () => {
    const { PublicKey, init } = await import("/dokimos/browser.js");
    await init();
    const { subtle } = crypto;
    let right = 0;
    let wrong = 0;
    for (const modulusLength of [2048, 3072, 4096]) {
      for (const [name, padding] of [["RSASSA-PKCS1-v1_5", "PKCS1"], ["RSA-PSS", "PSS"]]) {
        for (const hash of ["SHA-256", "SHA-512"]) {
          const made = { name, modulusLength, publicExponent: new Uint8Array([1, 0, 1]), hash };
          const pair = await subtle.generateKey(made, true, ["sign", "verify"]);
          const der = new Uint8Array(await subtle.exportKey("spki", pair.publicKey));
          const key = PublicKey.fromDer(der, `RSA_${padding}_SHA_${hash.slice(4)}`, padding === "PSS" ? { saltLength: 32 } : {});
          for (let round = 0; round < 10; round += 1) {
            const message = crypto.getRandomValues(new Uint8Array(100 * round));
            const how = { name, saltLength: 32 };
            const signature = new Uint8Array(await subtle.sign(how, pair.privateKey, message));
            for (const place of [null, 0, signature.length >> 1, signature.length - 1]) {
              const bent = signature.slice();
              if (place !== null) bent[place] ^= 1 << round % 8;
              const theirs = await subtle.verify(how, pair.publicKey, bent, message);
              if (key.verify(message, bent) !== theirs) throw new Error(`${modulusLength} ${name} ${hash} ${place}`);
              theirs ? (right += 1) : (wrong += 1);
            }
          }
          key.free();
        }
      }
    }
    return { right, wrong };
  });
  assert.deepEqual(compared, { right: 120, wrong: 360 });
});
