/**
 * What each throw-away project does with the package, in its own environment. `given` comes from packaging.test.mjs, and what
 * goes back is data: the test compares it there.
 */
export function exercise(dokimos, given) {
  const { Attestations, DokimosError, Policy, PublicKey } = dokimos;
  const policy = Policy.fromJson(given.policy);
  const fromYaml = Policy.fromYaml(given.yaml);
  const attestations = new Attestations();
  for (const { source, document } of given.requests[0].attestations) attestations.add(document, source);
  const key = PublicKey.fromPem(given.check.key, given.check.algorithm);
  const signature = Uint8Array.from(atob(given.check.signature), (byte) => byte.charCodeAt(0));
  const { message } = given.check;

  const result = {
    version: dokimos.version(),
    reports: given.requests.map((request) => JSON.stringify(policy.evaluate(request))),
    fromYaml: given.requests.map((request) => JSON.stringify(fromYaml.evaluate(request))),
    readBefore: JSON.stringify(policy.evaluate({ ...given.requests[0], attestations })),
    verified: [key.verify(message, signature), key.verify(`${message} `, signature)],
    errors: [() => Policy.fromJson(given.broken), () => dokimos.parseReference("alpine:")].map(thrown),
  };
  policy.free();
  fromYaml[Symbol.dispose]();
  attestations[Symbol.dispose]();
  key.free();
  return { ...result, freed: [() => policy.outline(), () => fromYaml.outline(), () => attestations.size].map(thrown) };

  function thrown(action) {
    try {
      return action();
    } catch (error) {
      const { name, code, path, details } = error;
      return { name, code, path, details: details?.length, isError: error instanceof Error && error instanceof DokimosError };
    }
  }
}
