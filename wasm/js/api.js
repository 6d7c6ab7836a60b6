// The public face: types of arguments are checked here, and nothing is decided or parsed here. What the module gives
// is JSON that it wrote itself, or a handle.
import * as module from "./dokimos_wasm.js";

/** An error of dokimos, or of how it was called. */
export class DokimosError extends Error {
  constructor(code, path, message, details = []) {
    super(message);
    this.name = "DokimosError";
    this.code = code;
    this.path = path;
    this.details = details;
  }
}

let loaded = false;
let broken = null;

/** Instantiates the module from a compiled module or its bytes, at once. */
export function initSync(source) {
  if (loaded) return;
  module.initSync({ module: source });
  loaded = true;
}

let loading = null;

/** Instantiates the module from whatever holds it: bytes, a compiled module, a Response, a URL, or a promise of one. */
export function load(source) {
  loading ??= module.default({ module_or_path: source }).then(
    () => void (loaded = true),
    (error) => {
      loading = null;
      throw error;
    },
  );
  return loading;
}

/** A policy, compiled once and used for many decisions. */
export class Policy {
  #handle;

  constructor(handle) {
    if (!(handle instanceof module.Policy)) throw invalid("", "use Policy.fromJson or Policy.fromYaml");
    this.#handle = handle;
  }

  static fromJson(document) {
    const bytes = documentBytes(document, "document");
    return new Policy(call(() => module.Policy.fromJson(bytes)));
  }

  static fromYaml(document) {
    const bytes = documentBytes(document, "document");
    return new Policy(call(() => module.Policy.fromYaml(bytes)));
  }

  /** Decides whether an image may run. */
  evaluate(request) {
    checkMembers(request, [...REQUEST, "at"], "request");
    return this.#decide([request], seconds(request.at, "at"), () => "")[0];
  }

  /** Decides on many images at one time. */
  evaluateMany(requests, options) {
    checkMembers(options, ["at"], "options");
    const at = seconds(options.at, "at");
    const reports = [];
    const list = [...requests];
    for (let start = 0; start < list.length; start += TOGETHER) {
      const part = list.slice(start, start + TOGETHER);
      part.forEach((request, index) => checkMembers(request, REQUEST, `requests[${start + index}]`));
      reports.push(...this.#decide(part, at, (index) => `requests[${start + index}].`));
    }
    return reports;
  }

  #decide(requests, at, place) {
    const handle = live(this.#handle, "policy");
    const own = [];
    const questions = call(() => new module.Questions());
    try {
      requests.forEach((request, index) => addQuestion(questions, request, place(index), own));
      return JSON.parse(call(() => handle.evaluate(questions, at)));
    } finally {
      release(questions, ...own);
    }
  }

  /** What the policy says, for showing it. */
  outline() {
    return JSON.parse(call(() => live(this.#handle, "policy").outline()));
  }

  /** What is allowed and yet a risk, at a time. */
  warnings(at) {
    const time = seconds(at, "at");
    return JSON.parse(call(() => live(this.#handle, "policy").warnings(time))).map(problem);
  }

  free() {
    release(this.#handle);
    this.#handle = null;
  }

  static handle(policy) {
    return live(policy.#handle, "policy");
  }
}

const policyHandle = Policy.handle;
delete Policy.handle;

/** A request for admission to Kubernetes. */
export class AdmissionReview {
  #handle;

  constructor(handle) {
    if (!(handle instanceof module.AdmissionReview)) throw invalid("", "use AdmissionReview.parse");
    this.#handle = handle;
    const [images, unreadable, asked] = JSON.parse(call(() => handle.describe()));
    this.images = images.map(([reference, place, name]) => ({ reference, place, name }));
    this.problem = unreadable && problem(unreadable);
    ASKED.forEach((name, index) => (this[name] = asked[index]));
  }

  static parse(document, options = {}) {
    const read = documentBytes(document, "document");
    checkMembers(options, ["evaluateUnchanged", "omitStatusReason"], "options");
    const flag = (name) => {
      if (options[name] != null && typeof options[name] !== "boolean") throw invalid(`options.${name}`, "expected a boolean");
      return options[name] ?? false;
    };
    const flags = [flag("evaluateUnchanged"), flag("omitStatusReason")];
    return new AdmissionReview(call(() => module.AdmissionReview.parse(read, ...flags)));
  }

  /** Decides on every image, each with what was found for it, and makes the answer. */
  respond(policy, attestations, context) {
    const handle = live(this.#handle, "review");
    if (!(policy instanceof Policy)) throw invalid("policy", "expected a Policy");
    if (!Array.isArray(attestations)) throw invalid("attestations", "expected an array, with an item for each image");
    checkMembers(context, ["cluster", "at"], "context");
    const [cluster, at] = [optionalText(context.cluster, "cluster"), seconds(context.at, "at")];
    const own = [];
    const evidence = call(() => new module.Evidence());
    try {
      attestations.forEach((item, index) => {
        const set = attestationSet(item, `attestations[${index}]`, own);
        call(() => evidence.add(set));
      });
      return answer(call(() => handle.respond(policyHandle(policy), evidence, cluster, at)));
    } finally {
      release(evidence, ...own);
    }
  }

  /** A denial that no decision was made for. */
  refuse(code, message) {
    const [machines, people] = [text(code, "code"), text(message, "message")];
    return answer(call(() => live(this.#handle, "review").refuse(machines, people)));
  }

  /** The same answer for those who let in what could not be decided on. */
  admitUndecided(code, message) {
    const [machines, people] = [text(code, "code"), text(message, "message")];
    return answer(call(() => live(this.#handle, "review").admitUndecided(machines, people)));
  }

  free() {
    release(this.#handle);
    this.#handle = null;
  }
}

const ASKED = ["uid", "operation", "group", "kind", "subResource", "namespace", "name", "user", "serviceAccount"];

function answer(written) {
  const [allowed, message, warnings, json, reports] = JSON.parse(written);
  return { allowed, message, warnings, json, reports: reports.map((report) => JSON.parse(report)) };
}

/** A set of attestations, none of them verified. */
export class Attestations {
  #handle;

  constructor() {
    this.#handle = call(() => new module.Attestations());
  }

  /** Adds the attestations of a document; gives how many they were. */
  add(document, source = "") {
    const bytes = documentBytes(document, "document");
    text(source, "source");
    return call(() => handleOf(this).add(source, bytes));
  }

  /** Adds a payload with its signature. */
  addDetached(detached) {
    checkMembers(detached, ["payload", "signature", "keyId", "source"], "detached");
    const payload = documentBytes(detached.payload, "payload");
    const signature = bytes(detached.signature, "signature");
    const keyId = optionalText(detached.keyId, "keyId");
    const source = optionalText(detached.source, "source") ?? "";
    call(() => handleOf(this).addDetached(source, payload, signature, keyId));
  }

  get size() {
    return call(() => handleOf(this).size);
  }

  /** What stands in them, unverified: for display only. */
  list() {
    return JSON.parse(call(() => handleOf(this).list())).map(
      ([source, format, untrustedResource, keyIds, unreadable, unsupported]) => ({
        source,
        format,
        untrustedResource,
        keyIds,
        problem: unreadable && problem(unreadable),
        unsupported,
      }),
    );
  }

  free() {
    release(this.#handle);
    this.#handle = null;
  }

  static handle(set) {
    return live(set.#handle, "attestations");
  }
}

const handleOf = Attestations.handle;
delete Attestations.handle;

/** A public key with the one algorithm that it verifies. */
export class PublicKey {
  #handle;

  constructor(handle) {
    if (!(handle instanceof module.PublicKey)) throw invalid("", "use PublicKey.fromPem or PublicKey.fromDer");
    this.#handle = handle;
  }

  static fromPem(pem, algorithm, options = {}) {
    return PublicKey.#read("fromPem", documentBytes(pem, "key"), algorithm, options);
  }

  static fromDer(der, algorithm, options = {}) {
    return PublicKey.#read("fromDer", bytes(der, "key"), algorithm, options);
  }

  static #read(reader, key, algorithm, options) {
    text(algorithm, "algorithm");
    checkMembers(options, ["saltLength"], "options");
    const { saltLength } = options;
    if (saltLength != null && !(Number.isInteger(saltLength) && saltLength >= 0 && saltLength < 2 ** 32)) {
      throw invalid("saltLength", "expected a whole number of bytes");
    }
    return new PublicKey(call(() => module.PublicKey[reader](key, algorithm, saltLength ?? undefined)));
  }

  get algorithm() {
    return call(() => live(this.#handle, "key").algorithm);
  }

  get modulusBits() {
    return call(() => live(this.#handle, "key").modulusBits);
  }

  get fingerprint() {
    return call(() => live(this.#handle, "key").fingerprint);
  }

  get defaultId() {
    return call(() => live(this.#handle, "key").defaultId);
  }

  toPem() {
    return call(() => live(this.#handle, "key").toPem());
  }

  /** Whether the signature is this key's over the message. */
  verify(message, signature) {
    const signed = documentBytes(message, "message");
    const raw = bytes(signature, "signature");
    return call(() => live(this.#handle, "key").verify(signed, raw));
  }

  free() {
    release(this.#handle);
    this.#handle = null;
  }

  static handle(key) {
    return live(key.#handle, "key");
  }
}

const keyHandle = PublicKey.handle;
delete PublicKey.handle;

for (const type of [AdmissionReview, Policy, Attestations, PublicKey]) {
  if (Symbol.dispose) type.prototype[Symbol.dispose] = type.prototype.free;
}

/** Whether a signature is right. A key that is not one is an error, a signature that is not right is `false`. */
export function verifySignature(check) {
  checkMembers(check, ["key", "algorithm", "message", "signature", "saltLength"], "check");
  if (check.key instanceof PublicKey) {
    if (check.algorithm != null || check.saltLength != null) {
      throw invalid("algorithm", "a PublicKey has its algorithm; give none beside it");
    }
    return check.key.verify(check.message, check.signature);
  }
  const read = typeof check.key === "string" ? PublicKey.fromPem : PublicKey.fromDer;
  const key = read(check.key, check.algorithm, { saltLength: check.saltLength });
  try {
    return key.verify(check.message, check.signature);
  } finally {
    key.free();
  }
}

/** Verifies many signatures together; each result is the one that `PublicKey.verify` gives. */
export function verifyBatch(items) {
  const results = [];
  const list = [...items];
  for (let start = 0; start < list.length; start += TOGETHER) {
    const batch = call(() => new module.Batch());
    try {
      list.slice(start, start + TOGETHER).forEach((item, index) => {
        const place = `items[${start + index}]`;
        checkMembers(item, ["key", "message", "signature"], place);
        if (!(item.key instanceof PublicKey)) throw invalid(`${place}.key`, "expected a PublicKey");
        const message = documentBytes(item.message, `${place}.message`);
        const signature = bytes(item.signature, `${place}.signature`);
        call(() => batch.add(keyHandle(item.key), message, signature));
      });
      results.push(...call(() => batch.verify()));
    } finally {
      release(batch);
    }
  }
  return results.map((result) => result === 1);
}

/** The parts of an image reference. */
export function parseReference(reference) {
  text(reference, "image");
  const [given, canonical, domain, path, repository, tag, digest] = JSON.parse(
    call(() => module.parseReference(reference)),
  );
  return { given, canonical, domain, path, repository, tag, digest: digest && { algorithm: digest[0], hex: digest[1] } };
}

/** Every reason code. */
export function reasonCodes() {
  return JSON.parse(call(() => module.reasonCodes())).map(([code, number, allows, description]) => ({
    code,
    number,
    allows,
    description,
  }));
}

/** The version of dokimos. */
export function version() {
  return call(() => module.version());
}

const REQUEST = ["image", "attestations", "cluster", "namespace", "serviceAccount", "annotations"];
/** What is decided or verified in one call: few calls, and little memory. */
const TOGETHER = 64;

function addQuestion(questions, request, place, own) {
  const set = attestationSet(request.attestations, `${place}attestations`, own);
  const members = [
    text(request.image, `${place}image`),
    set,
    optionalText(request.cluster, `${place}cluster`),
    optionalText(request.namespace, `${place}namespace`),
    optionalText(request.serviceAccount, `${place}serviceAccount`),
  ];
  const annotations = annotationList(request.annotations, `${place}annotations`);
  call(() => questions.add(...members));
  for (const [name, value] of annotations) call(() => questions.annotate(name, value));
}

/** The handle of a set, or of a new one that is the caller's to release. */
function attestationSet(value, place, own) {
  if (value instanceof Attestations) return handleOf(value);
  const set = call(() => new module.Attestations());
  own.push(set);
  if (value == null) return set;
  if (!Array.isArray(value)) throw invalid(place, "expected Attestations, or an array of documents");
  value.forEach((item, index) => {
    const itemPlace = `${place}[${index}]`;
    if (isDocument(item)) {
      const document = documentBytes(item, itemPlace);
      return call(() => set.add("", document));
    }
    checkMembers(item, ["source", "document"], itemPlace);
    const source = optionalText(item.source, `${itemPlace}.source`) ?? "";
    const document = documentBytes(item.document, `${itemPlace}.document`);
    call(() => set.add(source, document));
  });
  return set;
}

function annotationList(value, place) {
  if (value == null) return [];
  if (typeof value !== "object" || Array.isArray(value)) throw invalid(place, "expected an object of strings");
  return Object.entries(value).map(([name, content]) => [text(name, place), text(content, `${place}.${name}`)]);
}

/** Seconds since 1970, as the module takes them: a Date, milliseconds, or RFC 3339, which the module reads. */
function seconds(value, place) {
  if (typeof value === "string") return call(() => module.parseTime(text(value, place)));
  const milliseconds = value instanceof Date ? value.getTime() : value;
  if (typeof milliseconds !== "number" || !Number.isFinite(milliseconds) || Math.abs(milliseconds) > 8.64e15) {
    throw invalid(place, "expected a Date, milliseconds since 1970, or RFC 3339 text");
  }
  return BigInt(Math.floor(milliseconds / 1000));
}

function isDocument(value) {
  return typeof value === "string" || value instanceof Uint8Array;
}

function documentBytes(value, place) {
  return typeof value === "string" ? ENCODER.encode(text(value, place)) : bytes(value, place, "a string or a Uint8Array");
}

function bytes(value, place, expected = "a Uint8Array") {
  if (!(value instanceof Uint8Array)) throw invalid(place, `expected ${expected}`);
  return value;
}

function optionalText(value, place) {
  return value == null ? undefined : text(value, place);
}

/** UTF-8 has no lone surrogates: such a string would arrive as another one. */
function text(value, place) {
  if (typeof value !== "string") throw invalid(place, "expected a string");
  if (LONE_SURROGATE.test(value)) throw invalid(place, "the string is not well-formed Unicode");
  return value;
}

const ENCODER = new TextEncoder();
const LONE_SURROGATE = /\p{Surrogate}/u;

/** A misspelt member would be one that is not given, and what is not given can change the decision. */
function checkMembers(value, known, place) {
  if (typeof value !== "object" || value === null) throw invalid(place, "expected an object");
  for (const name of Object.keys(value)) {
    if (!known.includes(name)) throw invalid(`${place}.${name}`, `unknown member; there are ${known.join(", ")}`);
  }
}

function invalid(path, message) {
  return new DokimosError("INVALID_ARGUMENT", path, path ? `${path}: ${message}` : message);
}

function live(handle, what) {
  if (!handle) throw invalid(what, "was freed");
  return handle;
}

function problem([code, path, message]) {
  return { code, path, message };
}

/** Every call into the module goes through here. */
function call(action) {
  if (broken) throw broken;
  if (!loaded) throw new DokimosError("NOT_READY", "", "dokimos is not loaded: `await init()` first");
  try {
    return action();
  } catch (thrown) {
    if (thrown instanceof DokimosError) throw thrown;
    if (typeof thrown === "string") throw described(thrown);
    // A trap: memory is as it was in the middle of the call, so nothing that the module says later is to be trusted.
    broken = new DokimosError("INTERNAL", "", "dokimos failed inside and can no longer be used; load it anew");
    broken.cause = thrown;
    throw broken;
  }
}

/** The error in what the module throws: lines of code, place and words. */
function described(thrown) {
  const [error, ...details] = thrown.split("\n").map((line) => {
    const [code, path, ...message] = line.split("\t");
    return { code, path, message: message.join("\t") };
  });
  return new DokimosError(error.code, error.path, error.message, details);
}

function release(...handles) {
  // After a trap the memory is given up as a whole.
  if (!broken) for (const handle of handles) handle?.free();
}
