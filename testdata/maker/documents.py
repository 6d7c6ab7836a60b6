"""Attestation documents: the JSON in which payloads and signatures travel."""

import base64
import json


def standard(data):
    return base64.b64encode(data).decode()


def url_safe(data):
    return base64.urlsafe_b64encode(data).decode()


def v1(payload, signatures, image, encode=standard):
    """A Grafeas v1 occurrence; `signatures` are pairs of an id, or none, and the signature's bytes."""
    return {
        "name": "projects/shop/occurrences/" + NAMES.next(),
        "resourceUri": "https://" + image,
        "noteName": "projects/shop/notes/release",
        "kind": "ATTESTATION",
        "attestation": {
            "serializedPayload": encode(payload),
            "signatures": [signature(id, data, encode) for id, data in signatures],
        },
    }


def v1beta1(payload, signatures, image):
    body = {
        "contentType": "SIMPLE_SIGNING_JSON",
        "serializedPayload": standard(payload),
        "signatures": [signature(id, data, standard) for id, data in signatures],
    }
    return beta(image, {"genericSignedAttestation": body})


def pgp(image):
    """Only the shape of a PGP attestation: what dokimos does with one, whatever stands in it, is to refuse it."""
    armor = "-----BEGIN PGP MESSAGE-----\n\nbm90IGEgc2lnbmF0dXJl\n-----END PGP MESSAGE-----\n"
    body = {
        "signature": armor,
        "contentType": "SIMPLE_SIGNING_JSON",
        "pgpKeyId": "0123456789ABCDEF0123456789ABCDEF01234567",
    }
    return beta(image, {"pgpSignedAttestation": body})


def jwt(image):
    occurrence = v1(b"", [], image)
    occurrence["attestation"] = {"jwts": [{"compactJwt": "eyJhbGciOiJQUzI1NiJ9.e30.AAAA"}]}
    return occurrence


def vulnerability(image):
    """An occurrence of another kind, as the same list may hold."""
    occurrence = v1(b"", [], image)
    del occurrence["attestation"]
    return occurrence | {"kind": "VULNERABILITY", "vulnerability": {"severity": "LOW"}}


def cosign_record(payload, data):
    """What `cosign download signature` prints, one a line."""
    return {
        "Base64Signature": standard(data),
        "Payload": standard(payload),
        "Cert": None,
        "Chain": None,
        "Bundle": None,
        "RFC3161Timestamp": None,
    }


def envelope(payload, kind, signatures, encode=standard):
    """A DSSE envelope; `signatures` are pairs of an id, or none, and the signature's bytes."""
    return {
        "payload": encode(payload),
        "payloadType": kind,
        "signatures": [{"sig": encode(data)} | ({} if id is None else {"keyid": id}) for id, data in signatures],
    }


def bundle(envelope, hint=None, version=".v0.3+json"):
    """A sigstore bundle as cosign 3 writes it when it signs with a key."""
    return {
        "mediaType": "application/vnd.dev.sigstore.bundle" + version,
        "verificationMaterial": {"publicKey": {} if hint is None else {"hint": hint}},
        "dsseEnvelope": envelope,
    }


def carrying(envelope, image, kind="ATTESTATION"):
    """A Grafeas occurrence with a DSSE envelope."""
    occurrence = v1(b"", [], image)
    del occurrence["attestation"]
    return occurrence | {"kind": kind, "envelope": envelope}


def snake_case(value):
    """The same with the field names of the protobuf files, which JSON readers of protobuf must accept too."""
    if isinstance(value, dict):
        return {snake(name): snake_case(item) for name, item in value.items()}
    return [snake_case(item) for item in value] if isinstance(value, list) else value


def snake(name):
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name)


def page(*occurrences):
    return {"occurrences": list(occurrences), "nextPageToken": ""}


def document(value):
    return json.dumps(value, indent=2) + "\n"


def lines(*values):
    return "".join(json.dumps(value, separators=(",", ":")) + "\n" for value in values)


def beta(image, attestation):
    return {
        "name": "projects/shop/occurrences/" + NAMES.next(),
        "resource": {"uri": "https://" + image},
        "noteName": "projects/shop/notes/release",
        "kind": "ATTESTATION",
        "attestation": {"attestation": attestation},
    }


def signature(id, data, encode):
    return {"signature": encode(data)} | ({} if id is None else {"publicKeyId": id})


class Names:
    """Occurrence names in the order of making: `o1`, `o2`, …"""

    def __init__(self):
        self.count = 0

    def next(self):
        self.count += 1
        return f"o{self.count}"


NAMES = Names()
