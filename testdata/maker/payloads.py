"""Payloads as the known signers write them: byte for byte, as that is what is signed."""

import json

KRITIS = "atomic container signature"
GOOGLE = "Google cloud binauthz container signature"
COSIGN = "cosign container image signature"


def kritis(repository, digest):
    return compact({"critical": critical(repository, digest, KRITIS)})


def gcloud(repository, digest):
    """`gcloud container binauthz create-signature-payload`: two spaces, sorted, one line feed at the end."""
    text = json.dumps(
        {"critical": critical(repository, digest, GOOGLE)}, indent=2, separators=(",", ": "), sort_keys=True
    )
    return text.encode() + b"\n"


def cosign(repository, digest, optional=None):
    return compact({"critical": critical(repository, digest, COSIGN), "optional": optional})


def critical(repository, digest, kind):
    return {
        "identity": {"docker-reference": repository},
        "image": {"docker-manifest-digest": digest},
        "type": kind,
    }


def compact(value):
    return json.dumps(value, separators=(",", ":")).encode()
