// Requests for admission: the images and the answers are Rust's, to the byte.
import assert from "node:assert/strict";
import { test } from "node:test";
import { dokimos, testbytes, testdata, testfiles, thrown } from "./support.mjs";

const { AdmissionReview, Attestations, DokimosError, Policy } = dokimos;
const requests = JSON.parse(testdata("admission.json"));

test("every request has an answer, and every answer a request", () => {
  assert.ok(requests.length >= 110, `${requests.length} requests`);
  const answered = requests.filter(({ error }) => !error).map(({ name }) => `${name}.json`);
  assert.deepEqual(testfiles("responses").sort(), answered.sort());
});

for (const one of requests) {
  test(one.name, () => {
    const read = (document) => AdmissionReview.parse(document, one.options);
    if (one.error) {
      const error = thrown(() => read(testdata(one.review)));
      assert.ok(error instanceof DokimosError);
      assert.equal(error.code, one.error);
      return;
    }
    const review = read(testbytes(one.review));
    assert.deepEqual(review.images.map(({ place, reference }) => ({ place, image: reference })), one.images);
    assert.equal(review.problem?.code ?? null, one.problem);
    const policy = Policy.fromJson(testdata(one.policy));
    const attestations = new Attestations();
    for (const file of one.attestations) attestations.add(testdata(file), file);
    const context = { cluster: one.cluster, at: one.at };
    const answer = review.respond(policy, review.images.map(() => attestations), context);
    assert.equal(answer.json + "\n", testdata("responses", `${one.name}.json`));
    assert.equal(answer.allowed, one.allowed);
    if (!one.problem) assert.equal(answer.message, one.message);
    assert.deepEqual(answer.warnings, JSON.parse(answer.json).response.warnings ?? []);
    assert.deepEqual(answer.reports.map(({ image }) => image), review.images.map(({ reference }) => reference));
    assert.equal(review.refuse("LATE", "no time left").allowed, false);
    assert.equal(review.admitUndecided("LATE", "no time left").allowed, !one.problem);
    // A set too many.
    const more = review.respond(policy, [...review.images, 0].map(() => attestations), context);
    assert.equal(more.allowed, one.allowed && one.images.length === 0);
    for (const handle of [review, policy, attestations]) handle.free();
  });
}

test("what is asked is told", () => {
  const review = AdmissionReview.parse(testdata("reviews/update-debug.json"));
  const { uid, operation, group, kind, subResource, namespace, name, user, serviceAccount, problem } = review;
  assert.equal(uid, "705ab4f5-6393-11e8-b7cc-42010a800002");
  assert.deepEqual([operation, group, kind, subResource], ["UPDATE", null, "Pod", "ephemeralcontainers"]);
  assert.deepEqual([namespace, name, user, serviceAccount, problem], ["default", "web", "jane", "web", null]);
  assert.deepEqual(review.images, [
    { reference: "busybox:1.36", place: "spec.ephemeralContainers[0].image", name: "debugger" },
  ]);
  review.free();
});

test("documents are read for each image, and arguments are checked", () => {
  const review = AdmissionReview.parse(testdata("reviews/pod-create-attested.json"));
  const policy = Policy.fromJson(testdata("policies/shop.json"));
  const context = { cluster: "prod-1", at: "2026-06-01T00:00:00Z" };
  assert.equal(review.respond(policy, [[testdata("evidence/release.json")]], context).allowed, true);
  assert.equal(review.respond(policy, [null], context).allowed, false);
  for (const [action, path] of [
    [() => review.respond({}, [null], context), "policy"],
    [() => review.respond(policy, null, context), "attestations"],
    [() => review.respond(policy, [7], context), "attestations[0]"],
    [() => review.respond(policy, [null], { ...context, namespace: "x" }), "context.namespace"],
    [() => review.respond(policy, [null], { cluster: "prod-1" }), "at"],
    [() => review.refuse("A", 1), "message"],
    [() => AdmissionReview.parse("{}", { evaluateunchanged: true }), "options.evaluateunchanged"],
    [() => AdmissionReview.parse("{}", { evaluateUnchanged: 1 }), "options.evaluateUnchanged"],
    [() => AdmissionReview.parse({}), "document"],
  ]) {
    const error = thrown(action);
    assert.deepEqual([error.code, error.path], ["INVALID_ARGUMENT", path]);
  }
  review.free();
  assert.equal(thrown(() => review.respond(policy, [null], context)).path, "review");
  policy.free();
});
