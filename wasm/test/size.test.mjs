// A page loads the module before it can do anything: it does not grow unseen.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

// Bytes, raw and with gzip. The goals are 220 KB and 90 KB for everything, 60 KB and 28 KB for signatures alone.
for (const [name, file, most, mostZipped] of [
  ["everything", "dokimos/dokimos.wasm", 185_000, 85_000],
  ["signatures alone", "raw/dokimos_raw_bg.wasm", 37_000, 20_000],
]) {
  // The precompiled standard library is larger.
  const skip = process.env.DOKIMOS_WASM_STD === "prebuilt" && "built with the precompiled standard library";
  test(`the module with ${name} is small`, { skip }, () => {
    const bytes = readFileSync(new URL(`../../target/npm/${file}`, import.meta.url));
    assert.ok(bytes.length <= most, `${bytes.length} bytes, more than ${most}`);
    const zipped = gzipSync(bytes, { level: 9 }).length;
    assert.ok(zipped <= mostZipped, `${zipped} bytes with gzip, more than ${mostZipped}`);
  });
}
