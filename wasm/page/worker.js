// Decides on many images, away from the page, so that it stays usable.
import { Attestations, DokimosError, Policy, init } from "./dokimos/browser.js";

/** So many reports go to the page at once. */
const CHUNK = 128;

onmessage = async ({ data: { policy, yaml, documents, images, context, at } }) => {
  try {
    await init();
    const compiled = yaml ? Policy.fromYaml(policy) : Policy.fromJson(policy);
    const attestations = new Attestations();
    for (const { source, document } of documents) attestations.add(document, source);
    for (let start = 0; start < images.length; start += CHUNK) {
      const part = images.slice(start, start + CHUNK);
      const questions = part.map((image) => ({ ...context, image, attestations }));
      postMessage({ reports: compiled.evaluateMany(questions, { at }) });
    }
    postMessage({ done: true });
  } catch (error) {
    const known = error instanceof DokimosError;
    postMessage({ failure: { code: known ? error.code : "", message: String(error.message ?? error) } });
  }
};
