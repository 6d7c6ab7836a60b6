// The shared cases: every report is Rust's, to the byte.
import assert from "node:assert/strict";
import { test } from "node:test";
import { cases, dokimos, policyText, question, testbytes, testdata, testfiles } from "./support.mjs";

const { Attestations, Policy } = dokimos;
const recorded = ({ name }) => testdata("reports", `${name}.json`);

test("every case has a report, and every report a case", () => {
  assert.ok(cases.length >= 193, `${cases.length} cases`);
  assert.deepEqual(testfiles("reports").sort(), cases.map(({ name }) => `${name}.json`).sort());
});

for (const one of cases) {
  test(one.name, () => {
    const policy = Policy.fromJson(policyText(one));
    const report = policy.evaluate({ ...question(one), at: one.at });
    assert.equal(JSON.stringify(report) + "\n", recorded(one));
    // Documents as bytes, read into one set before; the time as a Date.
    const attestations = new Attestations();
    for (const file of one.attestations) attestations.add(testbytes(file), file);
    const again = policy.evaluate({ ...question(one), attestations, at: new Date(one.at) });
    assert.equal(JSON.stringify(again) + "\n", recorded(one));
    attestations.free();
    policy.free();
  });
}

test("many at once are decided as one by one", () => {
  const groups = Map.groupBy?.(cases, groupOf) ?? groupBy(cases, groupOf);
  for (const group of groups.values()) {
    const policy = Policy.fromJson(policyText(group[0]));
    // More than fit into one call of the module, so that the places where it is cut are passed.
    const many = Array.from({ length: 150 }, (_, index) => group[index % group.length]);
    const reports = policy.evaluateMany(many.map(question), { at: group[0].at });
    assert.equal(reports.length, many.length);
    reports.forEach((report, index) => assert.equal(JSON.stringify(report) + "\n", recorded(many[index])));
    policy.free();
  }
});

test("a policy in YAML decides as the one in JSON", () => {
  let compared = 0;
  for (const one of cases) {
    const yaml = typeof one.policy === "string" && one.policy.replace(/\.json$/, ".yaml");
    if (!yaml || !testfiles("policies").includes(yaml.slice("policies/".length))) continue;
    const policy = Policy.fromYaml(testdata(yaml));
    assert.equal(JSON.stringify(policy.evaluate({ ...question(one), at: one.at })) + "\n", recorded(one));
    policy.free();
    compared += 1;
  }
  assert.ok(compared > 10, `${compared} compared`);
});

const groupOf = (one) => JSON.stringify([one.policy, one.at]);
const groupBy = (list, keyOf) => {
  const groups = new Map();
  for (const item of list) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
};
