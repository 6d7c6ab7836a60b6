import node from "./node.cjs";

export const {
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
