"""The decision once more, as plainly as it can be written, to check the answers that the cases state.

It shares no code with dokimos: signatures are verified by `cryptography`, JSON is read by Python, patterns are regular
expressions. It knows no budget but the number of verifications, and no report.
"""

import base64
import binascii
import itertools
import json
import re
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding as paddings

from .reference import BadReference, Reference, matches
from .sign import pae

# From the least specific failure to the most specific one.
FAILURES = [
    "NO_ATTESTATION",
    "UNSUPPORTED_FORMAT",
    "ATTESTATION_UNREADABLE",
    "UNKNOWN_KEY",
    "KEY_NOT_YET_VALID",
    "KEY_EXPIRED",
    "BAD_SIGNATURE",
    "ALGORITHM_MISMATCH",
    "PAYLOAD_UNREADABLE",
    "DIGEST_MISMATCH",
    "REPOSITORY_MISMATCH",
    "PREDICATE_MISMATCH",
]
VERIFICATIONS = 256
SIMPLE_SIGNING = "application/vnd.dev.cosign.simplesigning.v1+json"
COSIGN_SIGN = "https://sigstore.dev/cosign/sign/v1"
BUNDLES = {f"application/vnd.dev.sigstore.bundle+json;version=0.{minor}" for minor in (1, 2, 3)} | {
    "application/vnd.dev.sigstore.bundle.v0.3+json"
}


class Failure(Exception):
    """An attestation, or one signature of it, does not satisfy an attestor; the text is the reason code."""


class LimitReached(Exception):
    pass


class Malformed(Exception):
    pass


def decide(policy, documents, case):
    """The decision and its reason; `documents` are the texts of the case's attestations."""
    annotation = policy.get("breakglass", {}).get("annotation")
    if case["annotations"].get(annotation, "") not in ("", "false", "no", "0"):
        return "ALLOW", "BREAK_GLASS"
    try:
        image = Reference(case["image"])
    except BadReference:
        return "DENY", "INVALID_REFERENCE"
    for exempt in policy.get("allowlist", []):
        if exempt.get("namespace") in (None, case["namespace"]) and matches(exempt["pattern"], image):
            return "ALLOW", "ALLOWLISTED"
    rule = governing(policy, image, case)
    if not isinstance(rule, dict):
        return "DENY", rule
    reason = by_rule(policy, rule, image, documents, case)
    allowed = reason in ("ATTESTED", "ALWAYS_ALLOW") or rule.get("enforcement") == "DRY_RUN"
    return "ALLOW" if allowed else "DENY", reason


def governing(policy, image, case):
    for rule in policy.get("rules", []):
        asked = [("clusters", "cluster"), ("namespaces", "namespace"), ("serviceAccounts", "serviceAccount")]
        answers = [any(matches(pattern, image) for pattern in rule["images"])] if "images" in rule else []
        for names, value in asked:
            if names in rule:
                answers.append(None if case[value] is None else any(named(name, case[value]) for name in rule[names]))
        if False in answers:
            continue
        return "CONTEXT_INCOMPLETE" if None in answers else rule
    return policy.get("default", "NO_RULE")


def named(pattern, name):
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), name) is not None


def by_rule(policy, rule, image, documents, case):
    if rule["evaluation"] != "REQUIRE_ATTESTATION":
        return rule["evaluation"]
    if image.digest is None:
        return "TAG_REFERENCE"
    try:
        return Evidence(policy, image, documents, time(case["at"])).reason(rule["require"])
    except LimitReached:
        return "LIMIT_REACHED"


class Evidence:
    """What the attestations say about each attestor of the policy."""

    def __init__(self, policy, image, documents, now):
        self.image, self.now, self.verifications = image, now, 0
        self.keys = {
            attestor["name"]: [Key(key, attestor) for key in attestor["publicKeys"]]
            for attestor in policy["attestors"]
        }
        self.known_ids = {id for keys in self.keys.values() for key in keys for id in key.ids}
        found = [item for text in documents for item in attestations(text)]
        self.results = {
            name: [result for item in found for result in self.results_for(name, item)] for name in self.keys
        }

    def reason(self, require):
        if self.met(require):
            return "ATTESTED"
        asked = list(names(require))
        failing = [name for name in asked if not self.valid_keys(name)]
        worst = max((FAILURES.index(result) for name in failing for result in self.failures(name)), default=0)
        reason = FAILURES[worst]
        alone = len(failing) == len(asked)
        return "ATTESTOR_NOT_SATISFIED" if not alone and reason in ("NO_ATTESTATION", "UNKNOWN_KEY") else reason

    def met(self, require):
        if isinstance(require, str):
            return bool(self.valid_keys(require))
        if "all" in require:
            return all(map(self.met, require["all"]))
        if "any" in require:
            return any(map(self.met, require["any"]))
        # Satisfied by different keys: some choice of one valid key each has enough that differ.
        choices = itertools.product(*(self.valid_keys(name) or [None] for name in require["of"]))
        return any(len(set(choice) - {None}) >= require["atLeast"] for choice in choices)

    def valid_keys(self, name):
        return [result for result in self.results[name] if result not in FAILURES]

    def failures(self, name):
        return [result for result in self.results[name] if result in FAILURES]

    def results_for(self, name, item):
        """The name of the key that made each good signature, or what is wrong with it."""
        if isinstance(item, str):
            return [item]
        payload, kind, signatures = item
        if not payload:
            return ["ATTESTATION_UNREADABLE"]
        return [result for id, data in signatures for result in self.result(name, payload, kind, id, data)]

    def result(self, name, payload, kind, id, data):
        if id not in self.known_ids:
            # DSSE's ids are hints, and one that leads nowhere is none.
            if id is not None and kind is None:
                return ["UNKNOWN_KEY"]
            id = None
        results = []
        for key in self.keys[name]:
            if id is None or id in key.ids:
                try:
                    results.append(self.check(key, payload, kind, data))
                except Failure as failure:
                    results.append(str(failure))
        return results

    def check(self, key, payload, kind, data):
        key.check_window(self.now)
        self.verifications += 1
        if self.verifications > VERIFICATIONS:
            raise LimitReached
        key.check_signature(messages(payload, kind), data)
        claim, subjects = read_payload(payload, kind)
        signed = [repository for repository, digests in subjects if self.image.digest in digests]
        if not signed:
            raise Failure("DIGEST_MISMATCH")
        if not any(self.is_place(repository, key.identity) for repository in signed):
            raise Failure("REPOSITORY_MISMATCH")
        if claim not in key.predicate_types:
            raise Failure("PREDICATE_MISMATCH")
        return key.default_id

    def is_place(self, repository, identity):
        if identity == "digest":
            return True
        if repository is None:
            return False
        try:
            signed = Reference(repository)
        except BadReference:
            return False
        return signed.path == self.image.path and (identity == "path" or signed.host == self.image.host)


def names(require):
    if isinstance(require, str):
        yield require
    else:
        for inner in require.get("all") or require.get("any") or require["of"]:
            yield from names(inner)


class Key:
    def __init__(self, fields, attestor):
        self.fields, self.identity = fields, attestor["identity"]
        self.predicate_types = attestor.get("predicateTypes", [COSIGN_SIGN])
        self.public = serialization.load_pem_public_key(fields["pem"].encode())
        der = self.public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        digest = hashes.Hash(hashes.SHA256())
        digest.update(der)
        fingerprint = digest.finalize()
        self.default_id = "ni:///sha-256;" + base64.urlsafe_b64encode(fingerprint).decode().rstrip("=")
        self.ids = {self.default_id, fields.get("id", self.default_id), base64.b64encode(fingerprint).decode()}

    def check_window(self, now):
        if "validFrom" in self.fields and now < time(self.fields["validFrom"]):
            raise Failure("KEY_NOT_YET_VALID")
        if "validUntil" in self.fields and now >= time(self.fields["validUntil"]):
            raise Failure("KEY_EXPIRED")

    def check_signature(self, messages, data):
        algorithm = self.fields["algorithm"].upper().replace("-", "_")
        stated = ("pss" if "PSS" in algorithm else "pkcs1", "512" if algorithm.endswith("512") else "256")
        if self.verifies(*stated, messages, data, self.fields.get("saltLength", paddings.PSS.AUTO)):
            return
        others = [(padding, size) for padding in ("pss", "pkcs1") for size in ("256", "384", "512")]
        # The stated padding and hash among them: then it is the salt that is of another length.
        mismatch = any(self.verifies(*other, messages, data, paddings.PSS.AUTO) for other in others)
        raise Failure("ALGORITHM_MISMATCH" if mismatch else "BAD_SIGNATURE")

    def verifies(self, padding, size, messages, data, salt):
        hash = getattr(hashes, f"SHA{size}")()
        scheme = paddings.PSS(paddings.MGF1(hash), salt) if padding == "pss" else paddings.PKCS1v15()
        for message in messages:
            try:
                self.public.verify(data, message, scheme, hash)
                return True
            except InvalidSignature:
                pass
        return False


def messages(payload, kind):
    """What may have been signed: DSSE's encoding, and the payload itself where no type stands beside it."""
    return (payload, pae(payload)) if kind is None else (pae(payload, kind),)


def time(text):
    # Python before 3.11 does not read the Z.
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def attestations(text):
    """Each attestation of a document: payload and signatures, or a reason code for one that gives none."""
    try:
        values = [json.loads(text)]
    except json.JSONDecodeError:
        values = [json.loads(line) for line in text.splitlines()]
    for value in values:
        if isinstance(value, dict) and "occurrences" in value:
            value = value["occurrences"]
        for item in value if isinstance(value, list) else [value]:
            try:
                yield attestation(camel(item))
            except (binascii.Error, KeyError, Malformed):
                yield "ATTESTATION_UNREADABLE"


def attestation(item):
    if "Base64Signature" in item:
        return decode(item["Payload"]), None, [(None, decode(item["Base64Signature"]))]
    if "verificationMaterial" in item:
        return bundle(item)
    if "payloadType" in item:
        return envelope(item)
    if "envelope" in item and "attestation" not in item:
        return envelope(item["envelope"])
    if item["kind"] != "ATTESTATION":
        return "UNSUPPORTED_FORMAT" if item["kind"] == "DSSE_ATTESTATION" else "NO_ATTESTATION"
    body = item["attestation"]
    body = body.get("attestation", body)
    body = body.get("genericSignedAttestation", body)
    if "pgpSignedAttestation" in body or "jwts" in body:
        return "UNSUPPORTED_FORMAT"
    signatures = [(one.get("publicKeyId"), decode(one["signature"])) for one in body["signatures"]]
    return decode(body["serializedPayload"]), None, signatures


def envelope(item):
    signatures = [(one.get("keyid") or None, decode(one["sig"])) for one in item["signatures"]]
    if not signatures:
        raise Malformed
    return decode(item["payload"]), item["payloadType"], signatures


def bundle(item):
    material = item["verificationMaterial"]
    if item["mediaType"] not in BUNDLES or "publicKey" not in material or "messageSignature" in item:
        return "UNSUPPORTED_FORMAT"
    payload, kind, signatures = envelope(item["dsseEnvelope"])
    hint = material["publicKey"].get("hint")
    if len(signatures) != 1 or None not in (hint, signatures[0][0]) and hint != signatures[0][0]:
        raise Malformed
    return payload, kind, [(id or hint, data) for id, data in signatures]


def decode(text):
    return base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)


def camel(value):
    if isinstance(value, dict):
        return {re.sub("_(.)", lambda match: match[1].upper(), name): camel(item) for name, item in value.items()}
    return [camel(item) for item in value] if isinstance(value, list) else value


def read_payload(payload, kind):
    """What a payload claims, and of what: pairs of a repository, or none, and digests."""
    if kind in (None, SIMPLE_SIGNING):
        repository, digest = read_simple_signing(payload)
        return COSIGN_SIGN, [(repository, [digest])]
    if not re.fullmatch(r"application/vnd\.in-toto(\..+)?\+json", kind):
        raise Failure("PAYLOAD_UNREADABLE")
    return read_statement(payload)


def read_statement(payload):
    try:
        value = json.loads(payload.decode(), object_pairs_hook=once)
        if value["_type"] not in ("https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1"):
            raise ValueError("another type")
        subjects = []
        for subject in value["subject"]:
            digests = [f"{algorithm}:{text}" for algorithm, text in subject["digest"].items()]
            if not digests or not all(isinstance(text, str) for text in subject["digest"].values()):
                raise ValueError("no digests")
            subjects.append((subject.get("name") or None, digests))
        if not subjects or not isinstance(value["predicateType"], str):
            raise ValueError("nothing is claimed")
        return value["predicateType"], subjects
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Failure("PAYLOAD_UNREADABLE") from None


def once(members):
    if len(dict(members)) != len(members):
        raise ValueError("a member stands twice")
    return dict(members)


def read_simple_signing(payload):
    try:
        value = json.loads(payload.decode(), object_pairs_hook=once)
        if not {"critical"} <= set(value) <= {"critical", "optional"}:
            raise ValueError("other members")
        critical = value["critical"]
        if set(critical) != {"identity", "image", "type"}:
            raise ValueError("other members of critical")
        repository = critical["identity"]["docker-reference"]
        digest = critical["image"]["docker-manifest-digest"]
        if not isinstance(repository, str) or not isinstance(digest, str):
            raise ValueError("not text")
        return repository, digest
    except (ValueError, KeyError, TypeError):
        raise Failure("PAYLOAD_UNREADABLE") from None
