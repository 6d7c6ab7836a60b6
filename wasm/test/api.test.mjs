// How the package is called, and what it says when it is called wrongly.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { PACKAGE, cases, dokimos, policyText, question, testbytes, testdata, thrown } from "./support.mjs";

const { Attestations, DokimosError, Policy, PublicKey } = dokimos;
const [first] = cases;
const shop = () => Policy.fromJson(policyText(first));
const asked = (changes) => ({ ...question(first), at: first.at, ...changes });

test("import and require give the same module and the same classes", () => {
  const required = createRequire(import.meta.url)(join(PACKAGE, "node.cjs"));
  for (const name of Object.keys(dokimos)) assert.equal(required[name], dokimos[name], name);
  assert.deepEqual(Object.keys(required).sort(), Object.keys(dokimos).sort());
});

test("init does nothing in Node.js, and does it often", async () => {
  assert.equal(await dokimos.init(), undefined);
  assert.equal(await dokimos.init(), undefined);
});

test("the version is the package's", () => {
  const { version } = createRequire(import.meta.url)(join(PACKAGE, "package.json"));
  assert.equal(dokimos.version(), version);
});

test("a policy with problems names each with its place", () => {
  const error = thrown(() => Policy.fromJson('{"apiVersion":"dokimos.dev/v1","kind":"Policy","rulez":[],"default":{}}'));
  assert.ok(error instanceof DokimosError && error instanceof Error);
  assert.equal(error.name, "DokimosError");
  assert.deepEqual(error.details.map(({ code, path }) => [code, path]).sort(), [
    ["MISSING_FIELD", "default"],
    ["UNKNOWN_FIELD", ""],
  ]);
  assert.deepEqual([error.code, error.path], [error.details[0].code, error.details[0].path]);
  assert.match(error.message, / \(and 1 more\)$/);
  assert.ok(error.details.some(({ message }) => message.includes("rulez")));
  assert.match(String(error), /^DokimosError: /);
});

test("text that is no policy is an error of syntax, in JSON and in YAML", () => {
  for (const text of ["", "{", "null", "[]", "\u0000", "{}{}", "\t- :\n :", '{"a":1,"a":2}']) {
    for (const read of [Policy.fromJson, Policy.fromYaml]) {
      const error = thrown(() => read(text));
      assert.ok(error instanceof DokimosError, text);
      assert.notEqual(error.code, "INTERNAL", text);
      assert.ok(error.details.length > 0, text);
    }
  }
  assert.equal(thrown(() => Policy.fromJson("{")).code, "SYNTAX");
  assert.equal(thrown(() => Policy.fromJson(new Uint8Array([0x22, 0xff, 0x22]))).code, "SYNTAX");
});

test("a name with tabs and line breaks does not pass for another problem", () => {
  const error = thrown(() => Policy.fromJson('{"a\\tb\\nINTERNAL\\tx":1}'));
  assert.ok(error.details.every(({ code }) => /^[A-Z_]+$/.test(code) && code !== "INTERNAL"));
  assert.equal(error.details.filter(({ code }) => code === "UNKNOWN_FIELD").length, 1);
});

test("attestations that cannot be read are an error with the code of the library", () => {
  const policy = shop();
  for (const document of ["no json", "[1]", '{"x":1}']) {
    const error = thrown(() => policy.evaluate(asked({ attestations: [document] })));
    assert.ok(error instanceof DokimosError);
    assert.ok(["SYNTAX", "UNKNOWN_FORMAT"].includes(error.code), error.code);
  }
  assert.equal(policy.evaluate(asked({ attestations: null })).reason.code, "NO_ATTESTATION");
});

test("every wrong argument is refused with its place", () => {
  const policy = shop();
  const set = new Attestations();
  const key = PublicKey.fromPem(testdata("keys/rsa-2048.pem"), "RSA_PSS_SHA_256");
  const wrong = [
    ["document", () => Policy.fromJson(7)],
    ["document", () => Policy.fromYaml(null)],
    ["document", () => Policy.fromJson("\ud800")],
    ["request", () => policy.evaluate()],
    ["request.clustre", () => policy.evaluate(asked({ clustre: "prod" }))],
    ["image", () => policy.evaluate(asked({ image: undefined }))],
    ["image", () => policy.evaluate(asked({ image: "a\udc00" }))],
    ["cluster", () => policy.evaluate(asked({ cluster: 1 }))],
    ["annotations", () => policy.evaluate(asked({ annotations: ["a"] }))],
    ["annotations.a", () => policy.evaluate(asked({ annotations: { a: true } }))],
    ["attestations", () => policy.evaluate(asked({ attestations: "{}" }))],
    ["attestations[0]", () => policy.evaluate(asked({ attestations: [5] }))],
    ["attestations[0].document", () => policy.evaluate(asked({ attestations: [{ source: "a" }] }))],
    ["attestations[0].name", () => policy.evaluate(asked({ attestations: [{ name: "a", document: "{}" }] }))],
    ["at", () => policy.evaluate(asked({ at: undefined }))],
    ["at", () => policy.evaluate(asked({ at: NaN }))],
    ["at", () => policy.evaluate(asked({ at: Infinity }))],
    ["at", () => policy.evaluate(asked({ at: new Date("no") }))],
    ["at", () => policy.evaluate(asked({ at: 5n }))],
    ["requests[1].image", () => policy.evaluateMany([question(first), { image: 3 }], { at: 0 })],
    ["requests[0].at", () => policy.evaluateMany([asked()], { at: 0 })],
    ["source", () => set.add("{}", 5)],
    ["payload", () => set.addDetached({ signature: new Uint8Array(1) })],
    ["signature", () => set.addDetached({ payload: "x", signature: "x" })],
    ["key", () => PublicKey.fromDer("text", "RSA_PSS_SHA_256")],
    ["algorithm", () => PublicKey.fromPem("x", 5)],
    ["saltLength", () => PublicKey.fromPem("x", "RSA_PSS_SHA_256", { saltLength: -1 })],
    ["saltLength", () => PublicKey.fromPem("x", "RSA_PSS_SHA_256", { saltLength: 2 ** 32 })],
    ["signature", () => key.verify("x", "x")],
    ["items[0].key", () => dokimos.verifyBatch([{ key: "x", message: "x", signature: new Uint8Array(1) }])],
    ["algorithm", () => dokimos.verifySignature({ key, algorithm: "x", message: "", signature: new Uint8Array(1) })],
    ["image", () => dokimos.parseReference(5)],
    ["", () => new Policy()],
    ["", () => new PublicKey({})],
  ];
  for (const [path, action] of wrong) {
    const error = thrown(action);
    assert.ok(error instanceof DokimosError, `${path}: ${error}`);
    assert.deepEqual([error.code, error.path], ["INVALID_ARGUMENT", path], String(action));
  }
});

test("a time is a Date, milliseconds or RFC 3339, and means the same", () => {
  const policy = Policy.fromJson(testdata("policies/rotation.json"));
  const one = cases.find(({ name }) => name === "window-old-ends");
  const last = Date.parse(one.at);
  const report = (at) => policy.evaluate({ ...question(one), at });
  for (const at of [last, new Date(last), one.at, last + 999]) assert.deepEqual(report(at), report(one.at));
  // A millisecond before the end is still the second before.
  assert.notDeepEqual(report(last - 1), report(last));
  assert.deepEqual(report(last - 1), report(last - 1000));
  assert.equal(thrown(() => report("2026-01-01")).code, "TIME_SYNTAX");
  assert.equal(thrown(() => report("2026-01-01T00:00:00")).path, "at");
});

test("what was freed is not used again, and is freed as often as one likes", () => {
  const policy = shop();
  const attestations = new Attestations();
  const key = PublicKey.fromPem(testdata("keys/rsa-2048.pem"), "RSA_PSS_SHA_256");
  for (const handle of [policy, attestations, key]) {
    handle.free();
    handle.free();
    handle[Symbol.dispose]?.();
  }
  for (const action of [
    () => policy.evaluate(asked()),
    () => policy.outline(),
    () => attestations.size,
    () => shop().evaluate(asked({ attestations })),
    () => key.verify("", new Uint8Array(256)),
  ]) {
    const error = thrown(action);
    assert.equal(error.code, "INVALID_ARGUMENT");
    assert.match(error.message, /was freed/);
  }
});

test("a set of attestations does not change while a decision looks at it", () => {
  const policy = shop();
  const set = new Attestations();
  const { at, ...early } = asked({ attestations: set });
  const late = {
    ...early,
    get image() {
      set.addDetached({ payload: new Uint8Array([1]), signature: new Uint8Array([1]) });
      return early.image;
    },
  };
  const error = thrown(() => policy.evaluateMany([early, late], { at }));
  assert.deepEqual([error.code, error.path], ["INVALID_ARGUMENT", "attestations"]);
  assert.equal(set.size, 0);
  assert.equal(policy.evaluateMany([early, early], { at }).length, 2);
  set.addDetached({ payload: new Uint8Array([1]), signature: new Uint8Array([1]) });
  assert.equal(set.size, 1);
});

test("memory does not grow with the number of decisions", () => {
  const policy = shop();
  const many = () => {
    for (let round = 0; round < 300; round += 1) {
      policy.evaluate(asked());
      thrown(() => policy.evaluate(asked({ attestations: ["{"] })));
      thrown(() => Policy.fromJson("{"));
      shop().free();
    }
    return process.memoryUsage().arrayBuffers + process.memoryUsage().external;
  };
  many();
  const before = many();
  const after = many();
  // The module's memory grows in steps of 64 KiB; 300 leaked policies would be megabytes.
  assert.ok(after - before < 1024 * 1024, `${before} ${after}`);
});

test("attestations are listed as they came, unverified", () => {
  const set = new Attestations();
  assert.equal(set.add(testdata("evidence/release-and-qa.json"), "both.json"), set.size);
  set.add(testdata("evidence/pgp.json"), "pgp.json");
  set.add(testdata("evidence/malformed.json"), "malformed.json");
  set.addDetached({ payload: "p", signature: new Uint8Array([1]), keyId: "k", source: "d" });
  const list = set.list();
  assert.equal(list.length, set.size);
  assert.equal(list[0].format, "grafeas/v1");
  assert.match(list[0].source, /^both\.json: /);
  assert.ok(list.some(({ unsupported }) => unsupported?.includes("PGP")));
  assert.ok(list.some(({ problem }) => problem?.code));
  assert.deepEqual(list.at(-1), {
    source: "d",
    format: "detached",
    untrustedResource: null,
    keyIds: ["k"],
    problem: null,
    unsupported: null,
  });
});

test("a detached signature satisfies a policy as an occurrence does", () => {
  const one = cases.find(({ name }) => name === "format-release");
  const occurrence = JSON.parse(testdata(one.attestations[0]));
  const { serializedPayload, signatures } = occurrence.attestation;
  const attestations = new Attestations();
  attestations.addDetached({
    payload: new Uint8Array(Buffer.from(serializedPayload, "base64")),
    signature: new Uint8Array(Buffer.from(signatures[0].signature, "base64")),
    keyId: signatures[0].publicKeyId,
    source: "detached",
  });
  assert.equal(shop().evaluate({ ...question(one), attestations, at: one.at }).decision, "ALLOW");
});

test("an outline and warnings of a policy", () => {
  const policy = shop();
  const document = JSON.parse(policyText(first));
  const outline = policy.outline();
  assert.deepEqual(outline.rules.map(({ name }) => name), document.rules.map(({ name }) => name));
  assert.deepEqual(outline.attestors.map(({ name }) => name), document.attestors.map(({ name }) => name));
  const open = '{"apiVersion":"dokimos.dev/v1","kind":"Policy","default":{"evaluation":"ALWAYS_ALLOW"}}';
  const [warning] = Policy.fromJson(open).warnings(0);
  assert.deepEqual(Object.keys(warning), ["code", "path", "message"]);
  assert.match(warning.path, /^default/);
});

test("the parts of a reference, and the code of what is none", () => {
  const hex = "a".repeat(64);
  assert.deepEqual(dokimos.parseReference(`Index.Docker.io/alpine:3.18@sha256:${hex}`), {
    given: `Index.Docker.io/alpine:3.18@sha256:${hex}`,
    canonical: `docker.io/library/alpine@sha256:${hex}`,
    domain: "docker.io",
    path: "library/alpine",
    repository: "docker.io/library/alpine",
    tag: "3.18",
    digest: { algorithm: "sha256", hex },
  });
  assert.equal(dokimos.parseReference("alpine").digest, null);
  const error = thrown(() => dokimos.parseReference("alpine:"));
  assert.deepEqual([error.code, error.path], ["REFERENCE_INVALID_TAG", "image"]);
});

test("the reason codes are those of the report's schema and of the types", async () => {
  const { readFileSync } = await import("node:fs");
  const schema = JSON.parse(readFileSync(join(PACKAGE, "../../../docs/report.schema.json"), "utf8"));
  const codes = dokimos.reasonCodes();
  assert.deepEqual(codes.map(({ code }) => code), schema.$defs.outcome.properties.code.enum);
  assert.ok(codes.every(({ number, allows }) => allows === number < 200));
  const types = readFileSync(join(PACKAGE, "common.d.ts"), "utf8");
  const union = types.slice(types.indexOf("export type ReasonCode"), types.indexOf("/** What holds memory"));
  assert.deepEqual(union.match(/"[A-Z_]+"/g).map((code) => code.slice(1, -1)), codes.map(({ code }) => code));
});

test("bytes of every length and kind are read as they are", () => {
  const policy = shop();
  const bytes = testbytes(first.attestations[0]);
  // A view into a larger buffer, and Node's own Buffer.
  const larger = new Uint8Array(bytes.length + 20);
  larger.set(bytes, 7);
  const expected = policy.evaluate(asked());
  for (const document of [larger.subarray(7, 7 + bytes.length), Buffer.from(bytes)]) {
    const attestations = [{ source: first.attestations[0], document }];
    assert.deepEqual(policy.evaluate(asked({ attestations })), expected);
  }
});
