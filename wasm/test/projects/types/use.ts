// A right use of everything that the package has: as a module of ESM and of CommonJS, and for bundlers.
import {
  AdmissionReview,
  Attestations,
  DokimosError,
  Policy,
  PublicKey,
  init,
  parseReference,
  reasonCodes,
  verifyBatch,
  verifySignature,
  version,
} from "dokimos";
import type { AdmissionResponse, Handle, ImageReference, Outcome, PolicyOutline, Problem, ReasonCode, Report, UntrustedAttestation } from "dokimos";
import type * as dokimos from "dokimos";

export async function use(text: string, bytes: Uint8Array): Promise<unknown[]> {
  const ready: void = await init();
  const policy: Policy = Policy.fromYaml(text);
  const again: Policy = Policy.fromJson(bytes);
  const attestations = new Attestations();
  const added: number = attestations.add(bytes, "file.json") + attestations.add(text);
  attestations.addDetached({ payload: text, signature: bytes, keyId: null });
  const list: UntrustedAttestation[] = attestations.list();
  const report: Report = policy.evaluate({ image: "alpine", attestations, cluster: "c", namespace: null, at: new Date() });
  const decision: "ALLOW" | "DENY" = report.decision;
  const reason: Outcome = report.reason;
  const code: ReasonCode = reason.code;
  const sources: string[] = report.attestors.flatMap((attestor) => attestor.attestations.map(({ source }) => source));
  const reports: Report[] = policy.evaluateMany(
    [{ image: "alpine", attestations: [text, bytes, { source: "a", document: text }] as const, annotations: { a: "b" } }],
    { at: "2026-01-01T00:00:00Z" },
  );
  const outline: PolicyOutline = again.outline();
  const warnings: Problem[] = again.warnings(Date.now());
  const key: PublicKey = PublicKey.fromPem(text, "RSA_PSS_SHA_256", { saltLength: 32 });
  const other: PublicKey = PublicKey.fromDer(bytes, key.algorithm);
  const right: boolean =
    key.verify(text, bytes) &&
    verifySignature({ key, message: bytes, signature: bytes }) &&
    verifySignature({ key: text, algorithm: "RSA_PKCS1_SHA_512", message: text, signature: bytes });
  const each: boolean[] = verifyBatch(new Set([{ key: other, message: text, signature: bytes }]));
  const reference: ImageReference = parseReference(text);
  const hex: string | undefined = reference.digest?.hex;
  const codes: ReasonCode[] = reasonCodes().map((each) => each.code);
  const review: AdmissionReview = AdmissionReview.parse(bytes, { evaluateUnchanged: true });
  const answer: AdmissionResponse = review.problem
    ? review.refuse(review.problem.code, review.problem.message)
    : review.respond(policy, review.images.map(({ reference }) => (reference ? attestations : null)), { at: 0 });
  const handles: Handle[] = [policy, again, review, attestations, key, other];
  {
    using scoped: Policy = Policy.fromJson(text);
    scoped.outline();
  }
  for (const handle of handles) handle[Symbol.dispose]();
  const named: string = version();
  return [ready, added, list, decision, code, sources, reports, outline, warnings, right, each, hex, codes, answer.allowed, named];
}

export function described(error: unknown): string {
  if (!(error instanceof DokimosError)) return String(error);
  const problems: readonly Problem[] = error.details;
  return [`${error.code} ${error.path} ${error.message}`, ...problems.map(({ path }) => path)].join("\n");
}

/** What the types say is there. */
export type Names = keyof typeof dokimos;
const names: Record<Names, true> = {
  AdmissionReview: true,
  Attestations: true,
  DokimosError: true,
  Policy: true,
  PublicKey: true,
  init: true,
  parseReference: true,
  reasonCodes: true,
  verifyBatch: true,
  verifySignature: true,
  version: true,
};
export const NAMES: string[] = Object.keys(names);
