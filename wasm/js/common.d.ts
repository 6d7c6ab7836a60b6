/// <reference lib="esnext.disposable" />

/** An error of dokimos, or of how it was called. */
export class DokimosError extends Error {
  private constructor();
  readonly name: "DokimosError";
  /**
   * Stable. Those of documents, keys, algorithms, references and times are in docs/CODES.md; besides there are
   * `INVALID_ARGUMENT` (an argument of a wrong type, or a handle that was freed), `NOT_READY` (before `init`), and
   * `INTERNAL` (the module failed inside; from then on every call throws this, and it must be loaded anew: in a new
   * worker, by reloading the page, by starting the process again).
   */
  readonly code: string;
  /** Where, as `rules[2].require` or `image`; empty for the whole. */
  readonly path: string;
  /** Every problem of a document; `code`, `path` and `message` are those of the first. */
  readonly details: readonly Problem[];
}

/** One thing that is wrong with a document, or a risk in it. */
export interface Problem {
  readonly code: string;
  /** Where in the document, as `rules[2].require`; empty for the document as a whole. */
  readonly path: string;
  /** In words; may change between versions. */
  readonly message: string;
}

/** A point in time: a Date, milliseconds since 1970, or RFC 3339 text such as `2026-01-31T12:00:00Z`. */
export type Time = Date | number | string;

/** A document as text, or as its bytes in UTF-8. */
export type Document = string | Uint8Array;

/** A document with the name by which reports call it, such as its file name. */
export interface NamedDocument {
  readonly source?: string | null;
  readonly document: Document;
}

/** One image to decide on. What is left out, or null, is unknown: a rule that depends on it denies. */
export interface Question {
  readonly image: string;
  /** What was found for the image. To use the same for many images, read it once into `Attestations`. */
  readonly attestations?: Attestations | readonly (Document | NamedDocument)[] | null;
  readonly cluster?: string | null;
  readonly namespace?: string | null;
  readonly serviceAccount?: string | null;
  /** The annotations of the object under admission; only the policy's break-glass annotation is looked up. */
  readonly annotations?: Readonly<Record<string, string>> | null;
}

/** A question, and the time of the decision: dokimos reads no clock. */
export interface Request extends Question {
  readonly at: Time;
}

/** The same, member by member and to the byte, as every language of dokimos gives (docs/report.schema.json). */
export interface Report {
  decision: "ALLOW" | "DENY";
  /** One sentence for the person who deploys. */
  message: string;
  image: string;
  /** The rule that decided; `default` for the policy's default; null where no rule was reached. */
  rule: string | null;
  reason: Outcome;
  /** The allowlist pattern that exempts the image. */
  exemptedBy: string | null;
  /** The attestors that were asked, in the order in which the rule names them. */
  attestors: AttestorReport[];
  enforcement: "BLOCK" | "DRY_RUN";
  /** The annotation that admitted the image past the policy. */
  breakglass: { annotation: string; value: string } | null;
}

export interface AttestorReport {
  name: string;
  satisfied: boolean;
  /** The signatures that were tried for it, in the order in which they were tried. */
  attestations: AttestationReport[];
}

export interface AttestationReport {
  /** The document and the place in it. */
  source: string;
  /** The key that matched or failed, or the unknown id that the signature names. */
  keyId: string | null;
  outcome: Outcome;
}

export interface Outcome {
  code: ReasonCode;
  /** In words; may change between versions. */
  detail: string;
}

export type ReasonCode =
  | "ATTESTED"
  | "ALLOWLISTED"
  | "BREAK_GLASS"
  | "ALWAYS_ALLOW"
  | "NO_RULE"
  | "ALWAYS_DENY"
  | "TAG_REFERENCE"
  | "INVALID_REFERENCE"
  | "CONTEXT_INCOMPLETE"
  | "ATTESTOR_NOT_SATISFIED"
  | "NO_ATTESTATION"
  | "UNSUPPORTED_FORMAT"
  | "ATTESTATION_UNREADABLE"
  | "UNKNOWN_KEY"
  | "KEY_NOT_YET_VALID"
  | "KEY_EXPIRED"
  | "BAD_SIGNATURE"
  | "ALGORITHM_MISMATCH"
  | "PAYLOAD_UNREADABLE"
  | "DIGEST_MISMATCH"
  | "REPOSITORY_MISMATCH"
  | "PREDICATE_MISMATCH"
  | "LIMIT_REACHED";

/** What holds memory of the module: freed by `free()`, or by `using`. */
export interface Handle extends Disposable {
  free(): void;
}

/** A policy, compiled once and used for many decisions. */
export class Policy implements Handle {
  private constructor();
  /** @throws {DokimosError} with every problem of the document in `details` */
  static fromJson(document: Document): Policy;
  /** @throws {DokimosError} with every problem of the document in `details` */
  static fromYaml(document: Document): Policy;
  /** Decides whether an image may run. A denial is a report, not an error. */
  evaluate(request: Request): Report;
  /** Decides on many images at one time. Each report is the one that `evaluate` gives. */
  evaluateMany(requests: Iterable<Question>, options: { readonly at: Time }): Report[];
  /** What the policy says, without patterns of rules and without keys: to be shown beside a report. */
  outline(): PolicyOutline;
  /** What is allowed and yet a risk, at a time. */
  warnings(at: Time): Problem[];
  free(): void;
  [Symbol.dispose](): void;
}

export interface PolicyOutline {
  attestors: {
    name: string;
    description: string | null;
    keys: { id: string; algorithm: string; validFrom: string | null; validUntil: string | null }[];
  }[];
  /** The patterns of exempted images. */
  allowlist: string[];
  rules: RuleOutline[];
  default: RuleOutline | null;
  /** The annotation that admits an image past the policy. */
  breakglass: string | null;
}

export interface RuleOutline {
  name: string;
  evaluation: "REQUIRE_ATTESTATION" | "ALWAYS_ALLOW" | "ALWAYS_DENY";
  enforcement: "BLOCK" | "DRY_RUN";
  require: Requirement | null;
}

/** An attestor's name, or a tree of them, as the policy's document has it. */
export type Requirement =
  | string
  | { all: Requirement[] }
  | { any: Requirement[] }
  | { atLeast: number; of: string[] };

/**
 * A request for admission to Kubernetes (`AdmissionReview` of `admission.k8s.io/v1`), and the images that it will run:
 * fetch evidence for each of them, then `respond`.
 */
export class AdmissionReview implements Handle {
  private constructor();
  /**
   * @throws {DokimosError} only if the request cannot be answered at all: over HTTP that is status 400. Any other that
   * cannot be read has a `problem` and no images, and every answer to it is a denial.
   */
  static parse(document: Document, options?: AdmissionOptions): AdmissionReview;
  /** To decide on, in the order of the containers; empty if there is nothing to decide. */
  readonly images: readonly AdmissionImage[];
  /** Why the request cannot be decided on. */
  readonly problem: Problem | null;
  readonly uid: string;
  /** `CREATE`, `UPDATE`, `DELETE` or `CONNECT`. */
  readonly operation: string | null;
  /** The API group of the kind; null for the core group. */
  readonly group: string | null;
  /** The kind of the object, such as `Deployment`. */
  readonly kind: string | null;
  readonly subResource: string | null;
  /** The namespace of the request. */
  readonly namespace: string | null;
  readonly name: string | null;
  /** Who sent the request. */
  readonly user: string | null;
  /** The account that the Pods run as; null where it cannot be told. */
  readonly serviceAccount: string | null;
  /**
   * Decides on every image and makes the answer. For each image, in order, `attestations` has what was found for it; with
   * more or fewer the answer is a denial.
   */
  respond(
    policy: Policy,
    attestations: readonly (Attestations | readonly (Document | NamedDocument)[] | null)[],
    context: { readonly cluster?: string | null; readonly at: Time },
  ): AdmissionResponse;
  /** A denial that no decision was made for: the evidence could not be fetched, or time ran out. */
  refuse(code: string, message: string): AdmissionResponse;
  /** The same answer for those who let in what could not be decided on: allowed, with a warning. */
  admitUndecided(code: string, message: string): AdmissionResponse;
  free(): void;
  [Symbol.dispose](): void;
}

export interface AdmissionOptions {
  /** On `UPDATE`, decide on every image, not only on those that the object did not have before. */
  readonly evaluateUnchanged?: boolean | null;
  /** Leave `status.reason` out, so that kubectl begins its line with `Error from server: `. */
  readonly omitStatusReason?: boolean | null;
}

export interface AdmissionImage {
  /** The image reference, as the object has it. */
  readonly reference: string;
  /** Where it stands in the object: `spec.containers[0].image`. */
  readonly place: string;
  /** The name of the container or volume; empty where it has none. */
  readonly name: string;
}

export interface AdmissionResponse {
  allowed: boolean;
  /** Why it is denied, a line for each image; empty when it is allowed. */
  message: string;
  /** What kubectl shows of a request that is allowed and yet worth a word. */
  warnings: string[];
  /** The answer to be sent, a whole `AdmissionReview`: the same bytes in every language. */
  json: string;
  /** The report on each image; none where nothing was decided. */
  reports: Report[];
}

/** A set of attestations, none of them verified. */
export class Attestations implements Handle {
  constructor();
  /** How many it holds. */
  readonly size: number;
  /** Adds the attestations of a document, and gives how many they were. The formats are those of the library. */
  add(document: Document, source?: string): number;
  /** Adds a payload and a signature over it that stand in files of their own. */
  addDetached(detached: {
    readonly payload: Document;
    readonly signature: Uint8Array;
    readonly keyId?: string | null;
    readonly source?: string | null;
  }): void;
  /** What stands in them. Nothing of it is verified: it is for display. */
  list(): UntrustedAttestation[];
  free(): void;
  [Symbol.dispose](): void;
}

export interface UntrustedAttestation {
  source: string;
  /** `grafeas/v1`, `grafeas/v1beta1`, `cosign`, `detached`, `dsse`, `sigstore-bundle` or `unknown`. */
  format: string;
  /** The image for which an occurrence says it stands; no signature covers it. */
  untrustedResource: string | null;
  /** The key id that each signature names, null where it names none. */
  keyIds: (string | null)[];
  /** Why it cannot be read, if it cannot. */
  problem: Problem | null;
  /** What it is, if it is of a kind that is not supported. */
  unsupported: string | null;
}

/** A public key with the one algorithm that it verifies. */
export class PublicKey implements Handle {
  private constructor();
  static fromPem(pem: Document, algorithm: string, options?: KeyOptions): PublicKey;
  /** SubjectPublicKeyInfo or PKCS#1. */
  static fromDer(der: Uint8Array, algorithm: string, options?: KeyOptions): PublicKey;
  /** The canonical name, such as `RSA_PSS_2048_SHA256`. */
  readonly algorithm: string;
  readonly modulusBits: number;
  /** SHA-256 of the SubjectPublicKeyInfo. */
  readonly fingerprint: Uint8Array;
  /** The id of a key that was given no other: `ni:///sha-256;…`. */
  readonly defaultId: string;
  toPem(): string;
  /** Whether the signature is this key's over the message. */
  verify(message: Document, signature: Uint8Array): boolean;
  free(): void;
  [Symbol.dispose](): void;
}

export interface KeyOptions {
  /** RSA-PSS only: the one length of salt that is accepted, in bytes. Without it, any is. */
  readonly saltLength?: number | null;
}

/** A signature to be checked, with a key that was read before, or with one in PEM (a string) or DER (bytes). */
export type SignatureCheck =
  | {
      readonly key: PublicKey;
      readonly algorithm?: null;
      readonly saltLength?: null;
      readonly message: Document;
      readonly signature: Uint8Array;
    }
  | {
      readonly key: Document;
      readonly algorithm: string;
      readonly saltLength?: number | null;
      readonly message: Document;
      readonly signature: Uint8Array;
    };

/**
 * Whether a signature is right.
 * @throws {DokimosError} if the key or the algorithm is not one; a signature that is not right is `false`
 */
export function verifySignature(check: SignatureCheck): boolean;

/** Verifies many signatures, with keys mixed freely; each result is the one that `PublicKey.verify` gives. */
export function verifyBatch(
  items: Iterable<{ readonly key: PublicKey; readonly message: Document; readonly signature: Uint8Array }>,
): boolean[];

export interface ImageReference {
  /** As it was given. */
  given: string;
  /** The one form in which references are compared. */
  canonical: string;
  domain: string;
  path: string;
  /** Domain and path. */
  repository: string;
  tag: string | null;
  digest: { algorithm: "sha256" | "sha384" | "sha512"; hex: string } | null;
}

/** @throws {DokimosError} with a code such as `REFERENCE_INVALID_TAG` */
export function parseReference(reference: string): ImageReference;

/** Every reason code, in the order of its number. */
export function reasonCodes(): { code: ReasonCode; number: number; allows: boolean; description: string }[];

/** The version of dokimos. */
export function version(): string;
