"""Every evidence document: who signed what, in which format, and what is wrong with it."""

from . import keys, payloads, statements
from .documents import (
    cosign_record,
    document,
    jwt,
    lines,
    page,
    pgp,
    snake_case,
    url_safe,
    v1,
    v1beta1,
    vulnerability,
)
from .images import ADMIN, ALPINE, ALPINE_DIGEST, LONG_DIGEST, MIRROR, OTHER_DIGEST, WEB, WEB_DIGEST, WEB_IMAGE
from .sign import pae, sign, stream

GOOD = payloads.kritis(WEB, WEB_DIGEST)
GOOD_COSIGN = payloads.cosign(WEB, WEB_DIGEST)


def make(folder):
    """File name → text of each document."""
    signers = Signers(folder)
    groups = [formats, signed_by, other_images, bad_signatures, odd, statements.make]
    return {name: text for group in groups for name, text in group(signers).items()}


class Signers:
    def __init__(self, folder):
        self.key = {name: keys.load(folder, name) for name in keys.KEYS}

    def signed(self, name, message, id="own", **options):
        """The id under which a key signs, and its signature."""
        key = self.key[name]
        return (key.id if id == "own" else id, sign(key, message, label=name.encode(), **options))

    def occurrence(self, name, payload=GOOD, image=WEB_IMAGE, **options):
        return v1(payload, [self.signed(name, payload, **options)], image)


def formats(by):
    """One attestation, good, in every format that is read."""
    good = by.signed("release", GOOD)
    gcloud = payloads.gcloud(WEB, WEB_DIGEST)
    rich = payloads.cosign(
        WEB, WEB_DIGEST, {"creator": "cosign", "timestamp": 1790000000, "build": {"ids": [1, None, 2.5]}}
    )
    encoded = v1(GOOD, [good], WEB_IMAGE, url_safe)
    assert any(mark in encoded["attestation"]["signatures"][0]["signature"] for mark in "-_")
    other = by.occurrence("release", payloads.kritis(WEB, OTHER_DIGEST), f"{WEB}@{OTHER_DIGEST}")
    return {
        "release.json": document(v1(GOOD, [good], WEB_IMAGE)),
        "release-gcloud.json": document(by.occurrence("release", gcloud)),
        "release-pae.json": document(v1(gcloud, [by.signed("release", pae(gcloud))], WEB_IMAGE)),
        "release-v1beta1.json": document(v1beta1(GOOD, [good], WEB_IMAGE)),
        "release-array.json": document([v1(GOOD, [good], WEB_IMAGE)]),
        "release-page.json": document(page(vulnerability(WEB_IMAGE), v1(GOOD, [good], WEB_IMAGE))),
        "release-lines.ndjson": lines(other, pgp(WEB_IMAGE), v1(GOOD, [good], WEB_IMAGE)),
        "release-snake-case.json": document(snake_case(v1(GOOD, [good], WEB_IMAGE))),
        "release-url-safe.json": document(encoded),
        "release-cosign.json": document(cosign_record(GOOD_COSIGN, by.signed("release", GOOD_COSIGN)[1])),
        "release-cosign-lines.ndjson": lines(
            cosign_record(GOOD_COSIGN, by.signed("stranger", GOOD_COSIGN)[1]),
            cosign_record(GOOD_COSIGN, by.signed("release", GOOD_COSIGN)[1]),
        ),
        "release-optional.json": document(cosign_record(rich, by.signed("release", rich)[1])),
        "release-no-id.json": document(by.occurrence("release", id=None)),
        "release-salt-0.json": document(by.occurrence("release", salt_length=0)),
        "release-salt-32.json": document(by.occurrence("release", salt_length=32)),
        "release-two-signatures.json": document(v1(GOOD, [by.signed("stranger", GOOD), good], WEB_IMAGE)),
        "release-other-labels.json": document(
            v1(GOOD, [good], f"{ADMIN}@{OTHER_DIGEST}") | {"noteName": "projects/elsewhere/notes/other"}
        ),
        "empty.json": document([]),
        "empty-page.json": document(page()),
    }


def signed_by(by):
    """Good attestations of the same image by the others, and by several."""
    cosign = by.signed("stranger", GOOD_COSIGN)[1]
    shared = "shop-signing"
    return {
        "qa.json": document(by.occurrence("qa")),
        "qa-default-id.json": document(by.occurrence("qa", id=by.key["qa"].default_id)),
        "security.json": document(by.occurrence("security")),
        "kms.json": document(by.occurrence("kms", salt_length=32)),
        "kms-longest-salt.json": document(by.occurrence("kms")),
        "kms-shared-id.json": document(by.occurrence("kms", id=shared)),
        "release-shared-id.json": document(by.occurrence("release", id=shared)),
        "old.json": document(by.occurrence("old")),
        "twin.json": document(by.occurrence("release", id="release-twin")),
        "release-and-qa.json": document(v1(GOOD, [by.signed("release", GOOD), by.signed("qa", GOOD)], WEB_IMAGE)),
        "stranger.json": document(by.occurrence("stranger")),
        "stranger-as-release.json": document(by.occurrence("stranger", id=by.key["release"].id)),
        "stranger-as-qa.json": document(by.occurrence("stranger", id=by.key["qa"].id)),
        "stranger-cosign.json": document(cosign_record(GOOD_COSIGN, cosign)),
    }


def other_images(by):
    """Good signatures of release for something else than the image that is asked for."""
    subjects = {
        "other-digest": (WEB, OTHER_DIGEST),
        "other-repository": (ADMIN, WEB_DIGEST),
        "other-host": (MIRROR, WEB_DIGEST),
        "other-image": (ADMIN, OTHER_DIGEST),
        "alpine": (ALPINE, ALPINE_DIGEST),
        "sha512": (WEB, LONG_DIGEST),
    }
    files = {
        f"{name}.json": document(
            by.occurrence("release", payloads.kritis(repository, digest), f"{repository}@{digest}")
        )
        for name, (repository, digest) in subjects.items()
    }
    for name, digest, repository in [
        ("qa-other-digest", OTHER_DIGEST, WEB),
        ("qa-other-repository", WEB_DIGEST, ADMIN),
    ]:
        payload = payloads.kritis(repository, digest)
        files[f"{name}.json"] = document(by.occurrence("qa", payload, f"{repository}@{digest}"))
    return files


def bad_signatures(by):
    """What is left of a good attestation after it was changed, or was made with another algorithm."""
    id, good = by.signed("release", GOOD)
    flipped = bytes([*good[:100], good[100] ^ 0x10, *good[101:]])
    other = payloads.kritis(WEB, OTHER_DIGEST)
    changed = {
        "bit-flipped": flipped,
        "truncated": good[:-1],
        "zero-prepended": b"\0" + good,
        "zero-appended": good + b"\0",
        "all-zero": bytes(len(good)),
    }
    files = {f"{name}.json": document(v1(GOOD, [(id, data)], WEB_IMAGE)) for name, data in changed.items()}
    return files | {
        "tampered-payload.json": document(v1(GOOD, [by.signed("release", other)], WEB_IMAGE)),
        "tampered-white-space.json": document(v1(GOOD + b" ", [by.signed("release", GOOD)], WEB_IMAGE)),
        "pae-other-type.json": document(v1(GOOD, [by.signed("release", pae(GOOD, "text/plain"))], WEB_IMAGE)),
        "release-pkcs1.json": document(by.occurrence("release", padding="pkcs1")),
        "release-sha512.json": document(by.occurrence("release", hash="sha512")),
        "qa-pss.json": document(by.occurrence("qa", padding="pss")),
        "qa-bit-flipped.json": document(v1(GOOD, [flip(by.signed("qa", GOOD))], WEB_IMAGE)),
        "flood.ndjson": flood(by),
    }


def odd(by):
    """Payloads that cannot be read though they are validly signed, and documents that cannot be verified at all."""
    digest = f'"docker-manifest-digest":"{WEB_DIGEST}"'.encode()
    assert digest in GOOD
    signed = {
        "payload-not-json": f"{WEB_IMAGE}\n".encode(),
        "payload-duplicate-member": GOOD.replace(
            digest, digest.replace(WEB_DIGEST.encode(), OTHER_DIGEST.encode()) + b"," + digest
        ),
        "payload-duplicate-critical": GOOD[:-1] + b"," + GOOD[1:],
        "payload-trailing-data": GOOD + b"{}",
        "payload-no-image": GOOD.replace(b'"image":{' + digest + b"},", b""),
        "payload-other-case": GOOD.replace(b'"critical"', b'"Critical"'),
        "payload-unknown-member": GOOD.replace(b'"type"', b'"expires":"never","type"'),
        "payload-wrong-type": GOOD.replace(digest, digest.replace(b'"sha256', b'["sha256') + b"]"),
        "payload-array": b"[" + GOOD + b"]",
        "payload-empty": b"",
    }
    files = {f"{name}.json": document(by.occurrence("release", payload)) for name, payload in signed.items()}
    assert all(payload != GOOD for payload in signed.values())
    malformed = by.occurrence("release")
    malformed["attestation"]["serializedPayload"] = "not base64!"
    bad_signature = by.occurrence("release")
    bad_signature["attestation"]["signatures"][0]["signature"] += "!"
    return files | {
        "malformed.json": document(malformed),
        "malformed-beside-good.json": document([malformed, by.occurrence("release")]),
        "malformed-signature.json": document(bad_signature),
        "pgp.json": document(pgp(WEB_IMAGE)),
        "pgp-beside-good.json": document(page(pgp(WEB_IMAGE), by.occurrence("release"))),
        "jwt.json": document(jwt(WEB_IMAGE)),
    }


def flip(signed):
    id, data = signed
    return id, bytes([*data[:-1], data[-1] ^ 1])


def flood(by):
    """300 signatures that each must be tried: more than the 256 verifications that one decision may cost."""
    id = by.key["release"].id

    # Below the modulus, so that only the public-key operation can tell that it is none.
    def signature(number):
        return id, b"\x01" + stream(b"flood %d" % number, 255)

    return lines(*(v1(GOOD, [signature(30 * group + one) for one in range(30)], WEB_IMAGE) for group in range(10)))
