// Wrong uses, each of which the types must refuse: `@ts-expect-error` is an error itself where there is none.
import { AdmissionReview, Attestations, DokimosError, Policy, PublicKey, init, parseReference, verifyBatch, verifySignature } from "dokimos";
import * as slim from "dokimos/slim";

declare const policy: Policy;
declare const key: PublicKey;
declare const bytes: Uint8Array;
declare const error: DokimosError;

// @ts-expect-error a policy is read from a document
new Policy();
// @ts-expect-error and a key from PEM or DER
new PublicKey();
// @ts-expect-error a document is text or bytes
Policy.fromJson({ kind: "Policy" });
// @ts-expect-error dokimos reads no clock: the time must be given
policy.evaluate({ image: "alpine" });
// @ts-expect-error an image must be named
policy.evaluate({ at: 0 });
// @ts-expect-error a misspelt member
policy.evaluate({ image: "alpine", at: 0, clustre: "prod" });
// @ts-expect-error one document is not a list of them
policy.evaluate({ image: "alpine", at: 0, attestations: "{}" });
// @ts-expect-error a time of another kind
policy.evaluate({ image: "alpine", at: 0n });
// @ts-expect-error annotations are strings
policy.evaluate({ image: "alpine", at: 0, annotations: { a: 1 } });
// @ts-expect-error the time is one for all
policy.evaluateMany([{ image: "alpine", at: 0 }], { at: 0 });
// @ts-expect-error and must be given
policy.evaluateMany([{ image: "alpine" }]);
// @ts-expect-error there is no such decision
policy.evaluate({ image: "alpine", at: 0 }).decision === "MAYBE";
// @ts-expect-error there is no such reason
policy.evaluate({ image: "alpine", at: 0 }).reason.code === "SIGNED";
// @ts-expect-error a report may have no rule
policy.evaluate({ image: "alpine", at: 0 }).rule.length;
// @ts-expect-error an algorithm must be named
PublicKey.fromPem("");
// @ts-expect-error DER is bytes
PublicKey.fromDer("", "RSA_PSS_SHA_256");
// @ts-expect-error what a key says of itself is not set
key.algorithm = "RSA_PSS_SHA_256";
// @ts-expect-error a signature is bytes
key.verify("message", "signature");
// @ts-expect-error a key that was read has its algorithm
verifySignature({ key, algorithm: "RSA_PSS_SHA_256", message: "", signature: bytes });
// @ts-expect-error one that was not has none
verifySignature({ key: "", message: "", signature: bytes });
// @ts-expect-error a batch takes keys that were read
verifyBatch([{ key: "", message: "", signature: bytes }]);
// @ts-expect-error a reference may have no digest
parseReference("alpine").digest.hex;
// @ts-expect-error how many there are is not set
new Attestations().size = 3;
// @ts-expect-error a payload needs its signature
new Attestations().addDetached({ payload: "" });
// @ts-expect-error an answer needs the time
AdmissionReview.parse("").respond(policy, [], {});
// @ts-expect-error errors are the package's to make
new DokimosError("A");
// @ts-expect-error and what is in them is not set
error.code = "B";
// @ts-expect-error the package has its module
init("dokimos.wasm");
// @ts-expect-error and `slim` has none
slim.init();
