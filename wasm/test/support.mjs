import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../..");
export const PACKAGE = join(ROOT, "target/npm/dokimos");

export const dokimos = await import(join(PACKAGE, "node.mjs"));

export const testdata = (...path) => readFileSync(join(ROOT, "testdata", ...path), "utf8");
export const testbytes = (...path) => new Uint8Array(readFileSync(join(ROOT, "testdata", ...path)));
export const testfiles = (folder) => readdirSync(join(ROOT, "testdata", folder));

/** The shared cases of testdata/cases.json. */
export const cases = JSON.parse(testdata("cases.json"));

export const policyText = ({ policy }) => (typeof policy === "string" ? testdata(policy) : JSON.stringify(policy));

/** The members of a request that every case gives. */
export const question = ({ image, attestations, cluster, namespace, serviceAccount, annotations }) => ({
  image,
  attestations: attestations.map((file) => ({ source: file, document: testdata(file) })),
  cluster,
  namespace,
  serviceAccount,
  annotations,
});

/** What an action throws. */
export const thrown = (action) => {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
};
