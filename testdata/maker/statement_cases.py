"""Cases about DSSE envelopes, sigstore bundles and in-toto statements."""

from .case import case
from .images import LONG_DIGEST, WEB


def make():
    return [envelopes(), bundles(), occurrences(), subjects(), claims(), unreadable()]


def envelopes():
    good = {
        "dsse.json": "a DSSE envelope with a statement that was signed as cosign 3 signs, and a name",
        "dsse-url-safe.json": "base64 in the URL-safe alphabet, which verifiers must read",
        "dsse-lines.ndjson": "one envelope a line, the first by a stranger",
        "dsse-key-id.json": "the id of the key",
        "dsse-unknown-key-id.json": "an id of DSSE is only a hint: one that leads nowhere refuses nothing",
        "dsse-two-signatures.json": "one of two signatures is enough",
        "dsse-simple-signing.json": "an envelope with simple signing in it",
        "dsse-predicate-in-type.json": "a payload type that names the predicate",
    }
    for file, why in good.items():
        yield case("format-" + file.split(".")[0], "ATTESTED", why, file)
    yield case(
        "dsse-other-key-id", "NO_ATTESTATION", "the id leads to a key of another attestor", "dsse-other-key-id.json"
    )
    for file, reason, why in [
        ("dsse-stranger", "BAD_SIGNATURE", "no key of the policy made it, whatever the id"),
        ("dsse-raw", "BAD_SIGNATURE", "the signature is over the payload, not over its encoding with the type"),
        ("dsse-type-swapped", "BAD_SIGNATURE", "the type is signed"),
        ("dsse-pkcs1", "ALGORITHM_MISMATCH", "the right key, padding PKCS#1 v1.5 instead of PSS"),
        ("dsse-other-type", "PAYLOAD_UNREADABLE", "well signed, and of a type that says nothing of images"),
        ("dsse-simple-as-statement", "PAYLOAD_UNREADABLE", "simple signing under the type of a statement"),
        ("dsse-statement-as-simple", "PAYLOAD_UNREADABLE", "a statement under the type of simple signing"),
        ("dsse-empty", "ATTESTATION_UNREADABLE", "no signature"),
        ("dsse-unnamed", "REPOSITORY_MISMATCH", "what cosign 3 signs names no repository"),
    ]:
        yield case(file, reason, why, f"{file}.json")
    yield case("dsse-unnamed-digest", "ATTESTED", "the digest alone binds", "dsse-unnamed.json", policy="identity-digest")
    yield case("dsse-named-path", "ATTESTED", "the path of the name binds", "dsse.json", policy="identity-path")


def bundles():
    cosign = dict(policy="cosign")
    for file, why in {
        "bundle": "a bundle as cosign 3 writes it when it signs with a key",
        "bundle-no-hint": "no hint which key it was",
        "bundle-version-0.1": "an older media type",
        "bundle-other-hint": "a hint that leads nowhere refuses nothing",
        "bundle-key-id": "hint and keyid agree",
    }.items():
        yield case(f"format-{file}", "ATTESTED", why, f"{file}.json", **cosign)
    for file, reason, why in [
        ("bundle-stranger", "BAD_SIGNATURE", "under qa's hint, by another key"),
        ("bundle-two-signatures", "ATTESTATION_UNREADABLE", "a bundle has exactly one signature"),
        ("bundle-hint-differs", "ATTESTATION_UNREADABLE", "hint and keyid name two keys"),
        ("bundle-keyless", "UNSUPPORTED_FORMAT", "signed by a certificate"),
        ("bundle-message", "UNSUPPORTED_FORMAT", "a signature over a file, not over a statement"),
        ("bundle-version-9", "UNSUPPORTED_FORMAT", "a media type that is not known"),
    ]:
        yield case(file, reason, why, f"{file}.json", **cosign)
    yield case("bundle-by-repository", "NO_ATTESTATION", "qa signed, release is asked", "bundle.json")


def occurrences():
    yield case("format-occurrence-envelope", "ATTESTED", "a Grafeas occurrence with an envelope", "occurrence-envelope.json")
    yield case("format-occurrence-build", "ATTESTED", "an envelope in an occurrence of kind BUILD", "occurrence-build.json")
    yield case("occurrence-dsse", "UNSUPPORTED_FORMAT", "the place that envelopes had before", "occurrence-dsse.json")
    yield case("none-in-findings", "NO_ATTESTATION", "what a scanner found attests nothing", "vulnerability.json")
    yield case(
        "two-one-and-findings",
        "ATTESTOR_NOT_SATISFIED",
        "what a scanner found does not hide that qa did not attest",
        "vulnerability.json",
        "release.json",
        policy="two",
    )


def subjects():
    for file, why in {
        "second": "any subject may be the image; the first has a digest of another algorithm",
        "second-name": "the image under two names, of which the second is the one",
        "second-digest": "a digest of an unknown algorithm beside it",
    }.items():
        yield case(f"statement-{file}", "ATTESTED", why, f"statement-{file}.json")
    yield case(
        "statement-sha512", "ATTESTED", "a longer digest", "statement-sha512.json", image=f"{WEB}@{LONG_DIGEST}"
    )
    for file, reason, why in [
        ("other-digest", "DIGEST_MISMATCH", "about another version"),
        ("other-digests", "DIGEST_MISMATCH", "the hash of the image, said to be of another algorithm"),
        ("upper-case", "DIGEST_MISMATCH", "in-toto writes digests in lower case"),
        ("other-repository", "REPOSITORY_MISMATCH", "about the image in another repository"),
        ("divided", "REPOSITORY_MISMATCH", "name and digest of the image, in two subjects"),
        ("no-reference", "REPOSITORY_MISMATCH", "the name is not that of a repository"),
    ]:
        yield case(f"statement-{file}", reason, why, f"statement-{file}.json")


def claims():
    mismatch = "PREDICATE_MISMATCH"
    for file, why in {
        "provenance": "how an image was built says not that it may run",
        "vulnerabilities": "a signed report of vulnerabilities is no approval",
        "longer-type": "types are compared to the letter",
    }.items():
        yield case(f"claim-{file}", mismatch, why, f"claim-{file}.json")
    yield case("claim-beside", "ATTESTED", "a report beside a signature", "claim-vulnerabilities.json", "release.json")
    provenance = dict(policy="provenance")
    yield case("provenance", "ATTESTED", "the policy asks for it", "claim-provenance.json", **provenance)
    yield case("provenance-0.2", "ATTESTED", "the second type that the policy has", "claim-provenance-0.2.json", **provenance)
    yield case("provenance-other", mismatch, "another type", "claim-vulnerabilities.json", **provenance)
    yield case("provenance-signed", mismatch, "signed, which is not what the policy asks for", "dsse.json", **provenance)
    yield case("provenance-simple-signing", mismatch, "simple signing says no more than signed", "release.json", **provenance)
    either = dict(policy="signed-or-built")
    yield case("either-provenance", "ATTESTED", "the first type", "claim-provenance.json", **either)
    yield case("either-statement", "ATTESTED", "the second type", "dsse.json", **either)
    yield case("either-simple-signing", "ATTESTED", "simple signing counts as the second type", "release.json", **either)


def unreadable():
    for file, why in {
        "duplicate-digest": "two digests under one name; which counts is up to the reader",
        "duplicate-subject": "two lists of subjects",
        "duplicate-in-predicate": "a member stands twice in the predicate",
        "other-type": "a version that is not known",
        "no-type": "no `_type`",
        "no-predicate-type": "it claims nothing",
        "no-subjects": "about nothing",
        "null-subject": "a subject that is null",
        "no-digest": "a subject without a digest",
        "digest-no-text": "a digest that is a list",
        "trailing-data": "something follows",
        "not-json": "not JSON",
    }.items():
        yield case(f"statement-{file}", "PAYLOAD_UNREADABLE", why, f"statement-{file}.json")
