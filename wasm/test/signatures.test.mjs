// Raw signatures: the recorded ones, and fresh ones of WebCrypto, which must say the same of everything that is bent.
import assert from "node:assert/strict";
import { test } from "node:test";
import { dokimos, testbytes, testdata, thrown } from "./support.mjs";

const { PublicKey, verifyBatch, verifySignature } = dokimos;
const { subtle } = globalThis.crypto;

const HASHES = { sha256: 32, sha384: 48, sha512: 64 };
const algorithm = (padding, hash) => `RSA_${padding === "pss" ? "PSS" : "PKCS1"}_SHA_${hash.slice(3)}`;

test("every recorded signature, as it is and bent", () => {
  const { message: file, signatures } = JSON.parse(testdata("keys/signatures.json"));
  const message = testbytes("keys", file);
  assert.ok(signatures.length > 20);
  for (const { key: name, padding, hash, salt, signature: text } of signatures) {
    const pem = testdata("keys", `${name}.pem`);
    const signature = new Uint8Array(Buffer.from(text, "base64"));
    const key = PublicKey.fromPem(pem, algorithm(padding, hash));
    // Some keys have a salt length of their own, and signatures with another one.
    const good = !/^pss-.*-\d+$/.test(name) || name.endsWith(`-${salt}`);
    assert.equal(key.verify(message, signature), good, name);
    assert.equal(verifySignature({ key: pem, algorithm: algorithm(padding, hash), message, signature }), good);
    const der = testbytes("keys", `${name}.der`);
    assert.equal(verifySignature({ key: der, algorithm: algorithm(padding, hash), message, signature }), good);
    // A key that is for PSS alone is refused for the other scheme; every other says no.
    if (name.startsWith("rsa-")) {
      const other = PublicKey.fromPem(pem, algorithm(padding === "pss" ? "pkcs1" : "pss", hash));
      assert.equal(other.verify(message, signature), false);
    }
    if (padding === "pss") {
      for (const saltLength of name.startsWith("rsa-") ? [salt, salt ? salt - 1 : 1] : []) {
        const fixed = PublicKey.fromPem(pem, algorithm(padding, hash), { saltLength });
        assert.equal(fixed.verify(message, signature), saltLength === salt, `${name} salt ${saltLength}`);
      }
    }
    for (const bent of [...bend(signature), ...lengthen(signature)]) assert.equal(key.verify(message, bent), false);
  }
});

for (const modulusLength of [2048, 3072, 4096]) {
  for (const [hash, hashLength] of Object.entries(HASHES)) {
    test(`as WebCrypto: ${modulusLength} bits, ${hash}`, async () => {
      const webHash = hash.replace("sha", "SHA-");
      for (const [name, padding] of [["RSASSA-PKCS1-v1_5", "pkcs1"], ["RSA-PSS", "pss"]]) {
        const made = { name, modulusLength, publicExponent: new Uint8Array([1, 0, 1]), hash: webHash };
        const pair = await subtle.generateKey(made, true, ["sign", "verify"]);
        const der = new Uint8Array(await subtle.exportKey("spki", pair.publicKey));
        const most = modulusLength / 8 - hashLength - 2;
        for (const saltLength of padding === "pss" ? [0, 20, hashLength, most] : [undefined]) {
          const key = PublicKey.fromDer(der, algorithm(padding, hash), { saltLength });
          for (const length of [0, 1, 55, 56, 64, 1000]) {
            const message = crypto.getRandomValues(new Uint8Array(length));
            const signature = new Uint8Array(await subtle.sign({ name, saltLength }, pair.privateKey, message));
            const both = async (bytes, signed) => {
              const theirs = await subtle.verify({ name, saltLength }, pair.publicKey, signed, bytes);
              assert.equal(key.verify(bytes, signed), theirs);
              return theirs;
            };
            assert.equal(await both(message, signature), true);
            for (const bent of bend(signature)) assert.equal(await both(message, bent), false);
            for (const bent of [...bend(message), ...lengthen(message)]) {
              assert.equal(await both(bent, signature), false);
            }
            // Not compared: OpenSSL, which is Node's WebCrypto, takes a PSS signature without its leading zero bytes.
            // RFC 8017 8.1.2 step 1 does not.
            for (const bent of lengthen(signature)) assert.equal(key.verify(message, bent), false);
          }
        }
      }
    });
  }
}

test("a batch says what one at a time says", () => {
  const { message: file, signatures } = JSON.parse(testdata("keys/signatures.json"));
  const message = testbytes("keys", file);
  const items = signatures.flatMap(({ key: name, padding, hash, signature: text }) => {
    const key = PublicKey.fromPem(testdata("keys", `${name}.pem`), algorithm(padding, hash));
    const signature = new Uint8Array(Buffer.from(text, "base64"));
    return [signature, ...bend(signature)].map((signed) => ({ key, message, signature: signed }));
  });
  assert.ok(items.length > 64 && items.length % 64 !== 0, "more than one call of the module takes, and a rest");
  const results = verifyBatch(items);
  assert.deepEqual(results, items.map(({ key, message, signature }) => key.verify(message, signature)));
  assert.ok(results.includes(true) && results.includes(false));
  assert.deepEqual(verifyBatch([]), []);
});

test("what is no key, and what no algorithm", () => {
  for (const [name, code] of [
    ["ec-p256", "KEY_TYPE_NOT_SUPPORTED"],
    ["certificate", "KEY_IS_CERTIFICATE"],
    ["rsa-1024", "KEY_MODULUS_TOO_SMALL"],
    ["pss-2048-sha1", "KEY_PSS_SHA1"],
  ]) {
    for (const read of [
      () => PublicKey.fromDer(testbytes("keys", `${name}.der`), "RSA_PSS_SHA_256"),
    ]) {
      const error = thrown(read);
      assert.deepEqual([error.code, error.path], [code, "key"]);
    }
  }
  const pem = testdata("keys/rsa-2048.pem");
  assert.equal(thrown(() => PublicKey.fromPem(pem, "RSA_PSS_4096_SHA512")).code, "KEY_MODULUS_SIZE");
  assert.equal(thrown(() => PublicKey.fromPem(pem, "ECDSA_P256_SHA256")).code, "ALGORITHM_NOT_SUPPORTED");
  assert.deepEqual(thrown(() => PublicKey.fromPem(pem, "x")).path, "algorithm");
  assert.equal(thrown(() => PublicKey.fromPem("", "RSA_PSS_SHA_256")).path, "key");
});

test("what a key says of itself", async () => {
  const { keys } = JSON.parse(testdata("keys/keys.json"));
  for (const name of ["rsa-2048", "rsa-3072", "rsa-4096", "rsa-8192"]) {
    const key = PublicKey.fromPem(testdata("keys", `${name}.pem`), "rsa-pss-sha-256");
    assert.equal(Buffer.from(key.fingerprint).toString("hex"), keys[name].spkiSha256);
    assert.equal(key.defaultId, `ni:///sha-256;${Buffer.from(key.fingerprint).toString("base64url")}`);
    assert.equal(key.modulusBits, Number(name.slice(4)));
    assert.equal(key.algorithm, "RSA_PSS_SHA_256");
    assert.equal(key.toPem(), testdata("keys", `${name}.pem`));
  }
});

/** A change in each part of the bytes. */
function bend(bytes) {
  const places = [0, bytes.length >> 1, bytes.length - 1].filter((place) => bytes[place] !== undefined);
  return places.map((place) => {
    const copy = bytes.slice();
    copy[place] ^= 1 << (place % 8);
    return copy;
  });
}

/** A byte more at either end, and one less. */
function lengthen(bytes) {
  return [new Uint8Array([...bytes, 0]), new Uint8Array([0, ...bytes]), ...(bytes.length ? [bytes.slice(1)] : [])];
}
