"""Cases about what attestations say: formats, references, failures, subjects, keys."""

from .case import AT, case
from .images import ALPINE_DIGEST, HOST, LONG_DIGEST, MIRROR, OTHER_DIGEST, WEB, WEB_DIGEST, WEB_IMAGE


def make():
    return [formats(), references(), failures(), payloads(), subjects(), windows(), key_ids(), limits()]


def formats():
    good = {
        "release.json": "a Grafeas v1 occurrence, payload as kritis writes it",
        "release-gcloud.json": "payload as gcloud writes it, with line breaks",
        "release-pae.json": "the signature is over the pre-authentication encoding of the payload",
        "release-v1beta1.json": "a Grafeas v1beta1 occurrence",
        "release-array.json": "an array of occurrences",
        "release-page.json": "a page of the Grafeas API, with an occurrence of another kind in it",
        "release-lines.ndjson": "one occurrence a line; the first is for another digest, the second is PGP",
        "release-snake-case.json": "the field names of the protobuf files",
        "release-url-safe.json": "base64 in the URL-safe alphabet",
        "release-cosign.json": "what cosign prints; no key id, so each key of the attestor is tried",
        "release-cosign-lines.ndjson": "two signatures as cosign prints them, the first by a stranger",
        "release-optional.json": "`optional` holds numbers, lists and objects",
        "release-no-id.json": "an occurrence whose signature names no key",
        "release-salt-0.json": "PSS without salt",
        "release-salt-32.json": "PSS with a salt as long as the hash",
        "release-two-signatures.json": "one of two signatures is enough; the other names an unknown key",
        "release-other-labels.json": "resourceUri and noteName are not signed and bind nothing",
        "malformed-beside-good.json": "what cannot be read takes nothing from what can",
        "pgp-beside-good.json": "a format that is not supported takes nothing from one that is",
    }
    for file, why in good.items():
        yield case("format-" + file.split(".")[0].removeprefix("release-"), "ATTESTED", why, file)
    yield case("format-two-files", "ATTESTED", "the good one is in the second file", "stranger.json", "release.json")


def references():
    for name, image in [
        ("tag-and-digest", f"{WEB}:1.4.2@{WEB_DIGEST}"),
        ("upper-case-host", f"REGISTRY.Example.com/shop/web@{WEB_DIGEST}"),
        ("default-port", f"{HOST}:443/shop/web@{WEB_DIGEST}"),
    ]:
        yield case(f"reference-{name}", "ATTESTED", "the same image, written otherwise", "release.json", image=image)
    yield case("reference-sha512", "ATTESTED", "a longer digest", "sha512.json", image=f"{WEB}@{LONG_DIGEST}")
    yield case(
        "reference-tag",
        "TAG_REFERENCE",
        "a tag can change; no signature is looked at",
        "release.json",
        image=f"{WEB}:1.4.2",
    )
    yield case("reference-no-tag", "TAG_REFERENCE", "stands for the tag latest", "release.json", image=WEB)
    for name, image in [
        ("short-digest", f"{WEB}@sha256:1234"),
        ("upper-case-digest", f"{WEB}@sha256:{WEB_DIGEST[7:].upper()}"),
        ("unknown-digest", f"{WEB}@sha224:{WEB_DIGEST[7:63]}"),
        ("two-digests", f"{WEB_IMAGE}@{WEB_DIGEST}"),
        ("upper-case-path", f"{HOST}/Shop/web@{WEB_DIGEST}"),
        ("scheme", f"https://{WEB_IMAGE}"),
        ("underscore-host", f"registry_example.com/shop/web@{WEB_DIGEST}"),
        ("trailing-newline", f"{WEB_IMAGE}\n"),
        ("empty", ""),
    ]:
        yield case(f"invalid-{name}", "INVALID_REFERENCE", "not an image reference", "release.json", image=image)
    hub = "docker hub is one place under three names; the payload says index.docker.io"
    for name in ["alpine", "docker.io/library/alpine", "index.docker.io/library/alpine"]:
        short = name.split("/")[0]
        yield case(f"hub-{short}", "ATTESTED", hub, "alpine.json", policy="hub", image=f"{name}@{ALPINE_DIGEST}")
    yield case("hub-tag", "TAG_REFERENCE", "a name and a tag", "alpine.json", policy="hub", image="alpine:3.11")
    image = f"someone/alpine@{ALPINE_DIGEST}"
    yield case(
        "hub-other-user",
        "ALWAYS_DENY",
        "not under library/, so the default decides",
        "alpine.json",
        policy="hub",
        image=image,
    )


def failures():
    yield case("none", "NO_ATTESTATION", "nothing was found")
    yield case("none-in-array", "NO_ATTESTATION", "an empty list", "empty.json")
    yield case("none-in-page", "NO_ATTESTATION", "an empty page", "empty-page.json")
    yield case("stranger", "UNKNOWN_KEY", "signed under an id that no key has", "stranger.json")
    yield case(
        "stranger-as-release",
        "BAD_SIGNATURE",
        "an id is only a hint: signed by another key",
        "stranger-as-release.json",
    )
    yield case("stranger-cosign", "BAD_SIGNATURE", "no id, and no key of the attestor made it", "stranger-cosign.json")
    for file, why in {
        "bit-flipped": "one bit of the signature is changed",
        "truncated": "the last byte is missing",
        "zero-prepended": "longer than the modulus, though the number is the same",
        "zero-appended": "longer than the modulus",
        "all-zero": "the number 0",
        "tampered-payload": "the payload is not what was signed",
        "tampered-white-space": "one space more than was signed",
        "pae-other-type": "pre-authentication encoding with another type",
    }.items():
        yield case(file, "BAD_SIGNATURE", why, f"{file}.json")
    yield case(
        "pkcs1-by-pss-key",
        "ALGORITHM_MISMATCH",
        "the right key, padding PKCS#1 v1.5 instead of PSS",
        "release-pkcs1.json",
    )
    yield case(
        "pss-by-pkcs1-key",
        "ALGORITHM_MISMATCH",
        "the right key, padding PSS instead of PKCS#1 v1.5",
        "qa-pss.json",
        policy="any",
    )
    yield case(
        "other-hash",
        "ALGORITHM_MISMATCH",
        "the right key and padding, SHA-512 instead of SHA-256",
        "release-sha512.json",
    )
    yield case("malformed", "ATTESTATION_UNREADABLE", "the payload is not base64", "malformed.json")
    yield case(
        "malformed-signature", "ATTESTATION_UNREADABLE", "the signature is not base64", "malformed-signature.json"
    )
    yield case("pgp", "UNSUPPORTED_FORMAT", "PGP attestations are not verified", "pgp.json")
    yield case("jwt", "UNSUPPORTED_FORMAT", "JWT attestations are not verified", "jwt.json")
    most = "of several failures the most specific is the reason"
    yield case("most-specific-1", "UNSUPPORTED_FORMAT", most, "empty.json", "pgp.json")
    yield case("most-specific-2", "ATTESTATION_UNREADABLE", most, "malformed.json", "pgp.json")
    yield case("most-specific-3", "UNKNOWN_KEY", most, "stranger.json", "malformed.json")
    yield case("most-specific-4", "BAD_SIGNATURE", most, "bit-flipped.json", "stranger.json", "pgp.json")
    yield case("most-specific-5", "ALGORITHM_MISMATCH", most, "bit-flipped.json", "release-pkcs1.json", "stranger.json")
    yield case("most-specific-6", "PAYLOAD_UNREADABLE", most, "payload-not-json.json", "release-pkcs1.json")
    yield case(
        "most-specific-7", "REPOSITORY_MISMATCH", most, "other-digest.json", "other-repository.json", "bit-flipped.json"
    )


def payloads():
    for file, why in {
        "payload-not-json": "validly signed text",
        "payload-duplicate-member": "two digests: two readers could take either",
        "payload-duplicate-critical": "two `critical` objects",
        "payload-trailing-data": "something follows the JSON document",
        "payload-no-image": "no digest",
        "payload-other-case": "`Critical` is not `critical`",
        "payload-unknown-member": "a member of `critical` that nobody here understands",
        "payload-wrong-type": "the digest is a list",
        "payload-array": "an array",
    }.items():
        yield case(file, "PAYLOAD_UNREADABLE", why, f"{file}.json")
    yield case("payload-empty", "ATTESTATION_UNREADABLE", "in protobuf's JSON, empty is not there", "payload-empty.json")


def subjects():
    yield case("other-digest", "DIGEST_MISMATCH", "signed for another version", "other-digest.json")
    yield case("other-repository", "REPOSITORY_MISMATCH", "signed for another repository", "other-repository.json")
    yield case("other-host", "REPOSITORY_MISMATCH", "signed for the same path on another host", "other-host.json")
    yield case("other-image", "DIGEST_MISMATCH", "signed for another repository and digest", "other-image.json")
    other = f"{WEB}@{OTHER_DIGEST}"
    yield case(
        "asked-for-other-digest", "DIGEST_MISMATCH", "a good attestation, another image", "release.json", image=other
    )
    for identity, outcomes in {
        "path": [
            ("other-host", "ATTESTED"),
            ("other-repository", "REPOSITORY_MISMATCH"),
            ("other-digest", "DIGEST_MISMATCH"),
        ],
        "digest": [("other-host", "ATTESTED"), ("other-repository", "ATTESTED"), ("other-digest", "DIGEST_MISMATCH")],
    }.items():
        for file, reason in outcomes:
            why = f"identity: {identity}"
            yield case(f"identity-{identity}-{file}", reason, why, f"{file}.json", policy=f"identity-{identity}")
    mirror = f"{MIRROR}@{WEB_DIGEST}"
    yield case(
        "identity-path-mirror",
        "ATTESTED",
        "pulled from another host than signed",
        "release.json",
        policy="identity-path",
        image=mirror,
    )


def windows():
    rows = [
        ("new-too-early", "KEY_NOT_YET_VALID", "release", "2025-11-30T23:59:59Z", "one second before the key begins"),
        ("new-begins", "ATTESTED", "release", "2025-12-01T00:00:00Z", "the first second"),
        ("old-overlaps", "ATTESTED", "old", "2025-12-15T12:00:00Z", "both keys are valid"),
        ("old-last", "ATTESTED", "old", "2025-12-31T23:59:59Z", "the last second"),
        ("old-last-elsewhere", "ATTESTED", "old", "2026-01-01T00:59:59+01:00", "the last second, in another time zone"),
        ("old-ends", "KEY_EXPIRED", "old", "2026-01-01T00:00:00Z", "the window ends before this second"),
        ("old-after", "KEY_EXPIRED", "old", AT, "the window is over"),
        ("new-last", "ATTESTED", "release", "2027-12-31T23:59:59Z", "the last second"),
        ("new-after", "KEY_EXPIRED", "release", "2028-06-01T00:00:00Z", "the window is over"),
        ("long-before", "KEY_NOT_YET_VALID", "release", "1970-01-01T00:00:00Z", "the first second of Unix time"),
    ]
    for name, reason, signer, at, why in rows:
        yield case(f"window-{name}", reason, why, f"{signer}.json", policy="rotation", at=at)
    yield case("window-one-valid", "ATTESTED", "one of two is valid", "old.json", "release.json", policy="rotation")
    yield case(
        "window-early-and-stranger",
        "KEY_NOT_YET_VALID",
        "says more than an unknown key",
        "release.json",
        "stranger.json",
        policy="rotation",
        at="2025-01-01T00:00:00Z",
    )


def key_ids():
    yield case("id-uuid", "ATTESTED", "the id is the key management service's", "kms.json", policy="kms")
    yield case(
        "id-default",
        "ATTESTED",
        "a key with a given id answers to its default id too",
        "qa-default-id.json",
        policy="any",
    )
    yield case("id-shared-first", "ATTESTED", "two keys share an id", "release-shared-id.json", policy="shared-id")
    yield case("id-shared-second", "ATTESTED", "two keys share an id", "kms-shared-id.json", policy="shared-id")
    yield case(
        "salt-fixed", "ATTESTED", "the salt has the length that the policy states", "kms.json", policy="kms-salt"
    )
    yield case("salt-free", "ATTESTED", "the policy states no length", "kms-longest-salt.json", policy="kms")
    yield case(
        "salt-other", "ALGORITHM_MISMATCH", "the policy states another length", "kms-longest-salt.json", policy="kms-salt"
    )


def limits():
    why = "300 signatures under release's id: more than 256 verifications"
    yield case("limit", "LIMIT_REACHED", why, "flood.ndjson")
    yield case(
        "limit-before-good", "LIMIT_REACHED", why + ", and a good one behind them", "flood.ndjson", "release.json"
    )
