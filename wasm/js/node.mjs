import node from "./node.cjs";

export const {
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
} = node;
