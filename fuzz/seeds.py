#!/usr/bin/env python3
"""Gathers what the fuzzer starts from: `seeds.py FOLDER` fills FOLDER/TARGET from testdata, and from the published
vectors where DOKIMOS_VECTORS names their folder. Nothing of it is committed."""

import base64
import hashlib
import json
import os
import sys
from pathlib import Path

TESTDATA = Path(__file__).resolve().parent.parent / "testdata"


def main():
    folder = Path(sys.argv[1])
    counts = {}
    for target, data in [*of_testdata(), *of_vectors()]:
        (folder / target).mkdir(parents=True, exist_ok=True)
        (folder / target / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
        counts[target] = counts.get(target, 0) + 1
    print(", ".join(f"{target} {count}" for target, count in sorted(counts.items())))


def of_testdata():
    cases = json.loads((TESTDATA / "cases.json").read_text())
    for image in {case["image"] for case in cases}:
        yield "reference", image.encode()
        if "@" in image:
            yield "digest", image.split("@", 1)[1].encode()
    for file in sorted((TESTDATA / "policies").iterdir()):
        yield "policy_yaml", file.read_bytes()
        if file.suffix == ".json":
            yield "policy_json", file.read_bytes()
    for case in cases:
        if not isinstance(case["policy"], str):
            yield "policy_json", json.dumps(case["policy"]).encode()
    for file in sorted((TESTDATA / "reviews").iterdir()):
        # Without white space, so that more of it is within the fuzzer's length.
        text = file.read_text()
        try:
            yield "admission", json.dumps(json.loads(text), separators=(",", ":")).encode()
        except ValueError:
            yield "admission", text.encode()
    for file in sorted((TESTDATA / "evidence").glob("*json")):
        # The flood is only long.
        if file.stat().st_size < 50_000:
            yield "attestation", file.read_bytes()
            yield from (("payload", payload) for payload in payloads(file.read_text()))
    for file in sorted((TESTDATA / "keys").iterdir()):
        if file.suffix in (".pem", ".der"):
            yield "key" + file.suffix.replace(".", "_"), file.read_bytes()
    for case in range(89):
        yield "mutate", bytes([case])
        for kind in range(8):
            yield "mutate", bytes([case, kind, 1, 40 + 11 * kind, 65, 3])
    for choice in range(24):
        for start in range(3):
            for salt in (0, 32):
                yield "rsa", bytes([choice, start + 3 * (choice % 4), salt])
                yield "rsa", bytes([choice, start + 3, salt, 0, 1, 1])


def of_vectors():
    folder = os.environ.get("DOKIMOS_VECTORS")
    if not folder:
        return
    folder = Path(folder)
    cases = json.loads((folder / "reference" / "distribution_reference_cases.json").read_text())
    for text in inputs(cases):
        yield "reference", text.encode()
        if ":" in text:
            yield "digest", text.encode()
    for file in sorted(folder.rglob("*")):
        if not file.is_file() or file.stat().st_size > 50_000:
            continue
        if file.suffix == ".pem":
            yield "key_pem", file.read_bytes()
        elif file.suffix == ".json":
            yield "attestation", file.read_bytes()
            yield "payload", file.read_bytes()
        elif file.suffix == ".payload":
            yield "payload", file.read_bytes()
        elif file.suffix == ".yaml":
            yield "policy_yaml", file.read_bytes()


def payloads(text):
    """The payloads in a document of attestations."""
    decoder = json.JSONDecoder()
    place = 0
    while text[place:].strip():
        value, place = decoder.raw_decode(text, len(text) - len(text[place:].lstrip()))
        for member in members(value, ("serializedPayload", "serialized_payload", "Payload", "payload")):
            try:
                yield base64.urlsafe_b64decode(member.replace("+", "-").replace("/", "_"))
            except ValueError:
                continue


def members(value, names):
    for name, item in value.items() if isinstance(value, dict) else enumerate(value):
        if name in names:
            yield item
        elif isinstance(item, (dict, list)):
            yield from members(item, names)


def inputs(value):
    if isinstance(value, dict):
        value = value.items()
    elif isinstance(value, list):
        value = enumerate(value)
    else:
        return
    for name, item in value:
        if name == "input" and isinstance(item, str):
            yield item
        yield from inputs(item)


if __name__ == "__main__":
    main()
