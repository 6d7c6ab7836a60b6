"""Evidence documents with in-toto statements: in DSSE envelopes, in Grafeas occurrences, in sigstore bundles."""

import json

from . import payloads
from .documents import bundle, carrying, document, envelope, lines, page, url_safe, vulnerability
from .images import ADMIN, LONG_DIGEST, OTHER_DIGEST, WEB, WEB_DIGEST, WEB_IMAGE
from .sign import pae

IN_TOTO = "application/vnd.in-toto+json"
SIMPLE_SIGNING = "application/vnd.dev.cosign.simplesigning.v1+json"
COSIGN_SIGN = "https://sigstore.dev/cosign/sign/v1"
PROVENANCE = "https://slsa.dev/provenance/v1"
PROVENANCE_02 = "https://slsa.dev/provenance/v0.2"
VULNERABILITIES = "https://cosign.sigstore.dev/attestation/vuln/v1"


def make(by):
    return envelopes(by) | bundles(by) | occurrences(by) | subjects(by) | claims(by) | odd(by)


def statement(*subjects, kind=COSIGN_SIGN, version="v1", predicate=None):
    """Subjects are pairs of a name, or none, and a digest or a value of `digest`."""

    def subject(name, digest):
        digests = dict([digest.split(":")]) if isinstance(digest, str) else digest
        return ({} if name is None else {"name": name}) | {"digest": digests}

    value = {
        "_type": f"https://in-toto.io/Statement/{version}",
        "subject": [subject(*one) for one in subjects],
        "predicateType": kind,
        "predicate": predicate or {},
    }
    return json.dumps(value, separators=(",", ":")).encode()


# As cosign 3 signs an image: no name. And as an attestation generator writes it.
UNNAMED = statement((None, WEB_DIGEST))
NAMED = statement((WEB, WEB_DIGEST))


def sealed(by, payload=NAMED, signer="release", kind=IN_TOTO, id=None, **options):
    return envelope(payload, kind, [by.signed(signer, pae(payload, kind), id=id, **options)])


def envelopes(by):
    release = by.key["release"]
    good = by.signed("release", pae(NAMED, IN_TOTO), id=None)
    encoded = envelope(NAMED, IN_TOTO, [good], url_safe)
    assert any(mark in encoded["signatures"][0]["sig"] for mark in "-_")
    simple = payloads.cosign(WEB, WEB_DIGEST)
    return {
        "dsse.json": document(sealed(by)),
        "dsse-unnamed.json": document(sealed(by, UNNAMED)),
        "dsse-url-safe.json": document(encoded),
        "dsse-lines.ndjson": lines(sealed(by, signer="stranger"), sealed(by)),
        "dsse-key-id.json": document(sealed(by, id=release.id)),
        "dsse-unknown-key-id.json": document(sealed(by, id="not-the-key")),
        "dsse-other-key-id.json": document(sealed(by, id=by.key["qa"].id)),
        "dsse-stranger.json": document(sealed(by, signer="stranger", id=by.key["stranger"].id)),
        "dsse-two-signatures.json": document(
            envelope(NAMED, IN_TOTO, [by.signed("stranger", pae(NAMED, IN_TOTO), id=None), good])
        ),
        "dsse-simple-signing.json": document(sealed(by, simple, kind=SIMPLE_SIGNING)),
        "dsse-predicate-in-type.json": document(sealed(by, kind="application/vnd.in-toto.provenance+json")),
        "dsse-raw.json": document(envelope(NAMED, IN_TOTO, [by.signed("release", NAMED, id=None)])),
        "dsse-type-swapped.json": document(
            envelope(NAMED, IN_TOTO, [by.signed("release", pae(NAMED, SIMPLE_SIGNING), id=None)])
        ),
        "dsse-other-type.json": document(sealed(by, kind="text/plain")),
        "dsse-simple-as-statement.json": document(sealed(by, simple)),
        "dsse-statement-as-simple.json": document(sealed(by, kind=SIMPLE_SIGNING)),
        "dsse-pkcs1.json": document(sealed(by, padding="pkcs1")),
        "dsse-empty.json": document(envelope(NAMED, IN_TOTO, [])),
    }


def bundles(by):
    """By qa, whose key signs as cosign signs with an RSA key: PKCS#1 v1.5."""
    hint = by.key["qa"].hint
    good = sealed(by, UNNAMED, "qa")
    named = sealed(by, UNNAMED, "qa", id=hint)
    keyless = bundle(good)
    keyless["verificationMaterial"] = {"certificate": {"rawBytes": "MAA="}}
    message = bundle(good, hint)
    message["messageSignature"] = {
        "messageDigest": {"algorithm": "SHA2_256", "digest": "AAAA"},
        "signature": message.pop("dsseEnvelope")["signatures"][0]["sig"],
    }
    return {
        "bundle.json": document(bundle(good, hint)),
        "bundle-no-hint.json": document(bundle(good)),
        "bundle-version-0.1.json": document(bundle(good, hint, "+json;version=0.1")),
        "bundle-version-9.json": document(bundle(good, hint, ".v0.9+json")),
        "bundle-other-hint.json": document(bundle(good, "some key")),
        "bundle-key-id.json": document(bundle(named, hint)),
        "bundle-hint-differs.json": document(bundle(named, "some key")),
        "bundle-stranger.json": document(bundle(sealed(by, UNNAMED, "stranger"), hint)),
        "bundle-two-signatures.json": document(
            bundle(good | {"signatures": 2 * good["signatures"]}, hint),
        ),
        "bundle-keyless.json": document(keyless),
        "bundle-message.json": document(message),
    }


def occurrences(by):
    deprecated = carrying(sealed(by), WEB_IMAGE, "DSSE_ATTESTATION")
    deprecated["dsseAttestation"] = {"envelope": deprecated.pop("envelope")}
    return {
        "occurrence-envelope.json": document(carrying(sealed(by), WEB_IMAGE)),
        "occurrence-build.json": document(page(carrying(sealed(by), WEB_IMAGE, "BUILD"))),
        "occurrence-dsse.json": document(deprecated),
        "vulnerability.json": document(page(vulnerability(WEB_IMAGE), vulnerability(WEB_IMAGE))),
    }


def subjects(by):
    """Which subject is the image."""
    files = {
        "second": statement(("a", {"sha512": "ff"}), (WEB, WEB_DIGEST), version="v0.1"),
        "second-name": statement((ADMIN, WEB_DIGEST), (WEB, WEB_DIGEST)),
        "second-digest": statement((WEB, {"gitCommit": "00ff", "sha256": WEB_DIGEST[7:]})),
        "sha512": statement((WEB, LONG_DIGEST)),
        "other-digest": statement((WEB, OTHER_DIGEST)),
        "other-digests": statement((WEB, OTHER_DIGEST), (WEB, {"sha512": WEB_DIGEST[7:]})),
        "upper-case": statement((WEB, "sha256:" + WEB_DIGEST[7:].upper())),
        "other-repository": statement((ADMIN, WEB_DIGEST)),
        "divided": statement((ADMIN, WEB_DIGEST), (WEB, OTHER_DIGEST)),
        "no-reference": statement(("pkg:docker/shop/web", WEB_DIGEST)),
    }
    return {f"statement-{name}.json": document(sealed(by, payload)) for name, payload in files.items()}


def claims(by):
    """Statements that claim something else than that the image was signed."""
    subject = (WEB, WEB_DIGEST)
    built = {"buildDefinition": {"buildType": "https://example.com/build"}, "runDetails": {"builder": {"id": "ci"}}}
    built_02 = {"builder": {"id": "ci"}, "buildType": "https://example.com/build"}
    found = {"scanner": {"result": {"critical": 7}}}
    files = {
        "provenance": statement(subject, kind=PROVENANCE, predicate=built),
        "provenance-0.2": statement(subject, kind=PROVENANCE_02, version="v0.1", predicate=built_02),
        "vulnerabilities": statement(subject, kind=VULNERABILITIES, predicate=found),
        "longer-type": statement(subject, kind=COSIGN_SIGN + "/x"),
    }
    return {f"claim-{name}.json": document(sealed(by, payload)) for name, payload in files.items()}


def odd(by):
    """Statements that cannot be read though they are validly signed."""
    digest = b'"sha256":"%s"' % WEB_DIGEST[7:].encode()
    subject = b'[{"name":"%s","digest":{%s}}]' % (WEB.encode(), digest)
    assert digest in NAMED and subject in NAMED
    files = {
        "duplicate-digest": NAMED.replace(digest, digest.replace(WEB_DIGEST[7:].encode(), 64 * b"0") + b"," + digest),
        "duplicate-subject": NAMED[:-1] + b',"subject":[]}',
        "duplicate-in-predicate": NAMED.replace(b'"predicate":{}', b'"predicate":{"a":1,"a":2}'),
        "other-type": NAMED.replace(b"Statement/v1", b"Statement/v2"),
        "no-type": NAMED.replace(b'"_type"', b'"type"'),
        "no-predicate-type": NAMED.replace(b'"predicateType"', b'"predicatetype"'),
        "no-subjects": NAMED.replace(subject, b"[]"),
        "null-subject": NAMED.replace(subject, b"[null]"),
        "no-digest": NAMED.replace(b'"digest"', b'"Digest"'),
        "digest-no-text": NAMED.replace(digest, b'"sha256":["%s"]' % WEB_DIGEST[7:].encode()),
        "trailing-data": NAMED + b"{}",
        "not-json": b"in-toto",
    }
    assert all(payload != NAMED for payload in files.values())
    return {f"statement-{name}.json": document(sealed(by, payload)) for name, payload in files.items()}
