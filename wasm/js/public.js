export {
  AdmissionReview,
  Attestations,
  DokimosError,
  Policy,
  PublicKey,
  parseReference,
  reasonCodes,
  verifyBatch,
  verifySignature,
  version,
} from "./api.js";
