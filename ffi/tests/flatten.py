#!/usr/bin/env python3
"""Writes the shared test data in a form that needs no JSON reader: flatten.py FOLDER makes cases.bin, admission.bin and
signatures.bin.

A number is 4 bytes, little-endian. A text is its length and its bytes; the length 0xffffffff says that there is none.
cases.bin: how many; then each case as name, policy, policy in YAML or none, number of documents, source and bytes of
each, image, cluster, namespace, service account, number of annotations, name and value of each, the time as decimal
text, decision, reason, report.
admission.bin: how many; then each request as name, review, policy, number of documents, source and bytes of each,
cluster, time, options, 1 if it is allowed, code of the error or none, code of the problem or none, answer or none, number
of images, place and reference of each.
signatures.bin: how many; then each as name, key in PEM, key in DER, algorithm, message, signature, `valid` or `invalid`.
"""

import base64
import json
import struct
import sys
from datetime import datetime
from pathlib import Path

TESTDATA = Path(__file__).resolve().parent.parent.parent / "testdata"

PSS, PKCS1 = "RSA_PSS_2048_SHA256", "RSA_SIGN_PKCS1_2048_SHA256"
# Evidence, key, algorithm, and whether the signature is one of that key over exactly that payload; the names of the
# evidence say so, and testdata/make verified the good ones with two other implementations.
SIGNATURES = [
    ("release", "release", PSS, True),
    ("release", "release", "rsa-sign-pss-2048-sha256", True),
    ("release", "release", PKCS1, False),
    ("release", "stranger", PSS, False),
    ("qa", "qa", PKCS1, True),
    ("qa", "qa", "RSA_PKCS1_SHA_256", True),
    ("qa", "qa", PSS, False),
    ("security", "security", "RSA_PSS_3072_SHA256", True),
    ("kms", "kms", PSS, True),
    ("old", "old", "RSA_SIGN_PKCS1_4096_SHA512", True),
    ("old", "old", "RSA_PKCS1_SHA_256", False),
    ("bit-flipped", "release", PSS, False),
    ("all-zero", "release", PSS, False),
    ("truncated", "release", PSS, False),
    ("zero-appended", "release", PSS, False),
    ("zero-prepended", "release", PSS, False),
    ("tampered-payload", "release", PSS, False),
    ("tampered-white-space", "release", PSS, False),
    ("qa-bit-flipped", "qa", PKCS1, False),
]


def main():
    folder = Path(sys.argv[1])
    cases = json.loads((TESTDATA / "cases.json").read_bytes())
    write(folder / "cases.bin", [case(entry) for entry in cases])
    requests = json.loads((TESTDATA / "admission.json").read_bytes())
    write(folder / "admission.bin", [request(entry) for entry in requests])
    write(folder / "signatures.bin", [signature(*entry) for entry in SIGNATURES])


def case(entry):
    policy, yaml = entry["policy"], None
    if isinstance(policy, str):
        yaml = (TESTDATA / policy).with_suffix(".yaml")
        yaml = yaml.read_bytes() if yaml.exists() else None
        policy = (TESTDATA / policy).read_bytes()
    else:
        policy = json.dumps(policy).encode()
    documents = [(name, (TESTDATA / name).read_bytes()) for name in entry["attestations"]]
    time = datetime.fromisoformat(entry["at"].replace("Z", "+00:00"))
    report = (TESTDATA / "reports" / f"{entry['name']}.json").read_bytes()
    return b"".join(
        [
            text(entry["name"]),
            text(policy),
            text(yaml),
            pairs(documents),
            text(entry["image"]),
            text(entry["cluster"]),
            text(entry["namespace"]),
            text(entry["serviceAccount"]),
            pairs(entry["annotations"].items()),
            text(str(int(time.timestamp()))),
            text(entry["decision"]),
            text(entry["reason"]),
            text(report.removesuffix(b"\n")),
        ]
    )


def request(entry):
    time = datetime.fromisoformat(entry["at"].replace("Z", "+00:00"))
    options = entry["options"]["evaluateUnchanged"] + 2 * entry["options"]["omitStatusReason"]
    answer = TESTDATA / "responses" / f"{entry['name']}.json"
    return b"".join(
        [
            text(entry["name"]),
            text((TESTDATA / entry["review"]).read_bytes()),
            text((TESTDATA / entry["policy"]).read_bytes()),
            pairs((name, (TESTDATA / name).read_bytes()) for name in entry["attestations"]),
            text(entry["cluster"]),
            number(int(time.timestamp())),
            number(options),
            number(entry["allowed"]),
            text(entry["error"]),
            text(entry["problem"]),
            text(None if entry["error"] else answer.read_bytes().removesuffix(b"\n")),
            pairs((image["place"], image["image"]) for image in entry["images"]),
        ]
    )


def signature(evidence, key, algorithm, valid):
    attestation = json.loads((TESTDATA / "evidence" / f"{evidence}.json").read_bytes())["attestation"]
    pem = (TESTDATA / "evidence" / "keys" / f"{key}.pub.pem").read_text()
    der = base64.b64decode("".join(line for line in pem.splitlines() if "-----" not in line))
    return b"".join(
        [
            text(f"{evidence} with {key}, {algorithm}"),
            text(pem),
            text(der),
            text(algorithm),
            text(base64.b64decode(attestation["serializedPayload"])),
            text(base64.b64decode(attestation["signatures"][0]["signature"])),
            text("valid" if valid else "invalid"),
        ]
    )


def write(path, entries):
    path.write_bytes(number(len(entries)) + b"".join(entries))


def pairs(items):
    items = list(items)
    return number(len(items)) + b"".join(text(one) + text(other) for one, other in items)


def text(value):
    if value is None:
        return number(0xFFFFFFFF)
    value = value.encode() if isinstance(value, str) else value
    return number(len(value)) + value


def number(value):
    return struct.pack("<I", value)


if __name__ == "__main__":
    main()
