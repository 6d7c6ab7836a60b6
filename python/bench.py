#!/usr/bin/env python3
"""Measures the Python package against `cryptography`, in one run on one core, and prints the table of docs/PERFORMANCE.md.

    target/python-venv/bin/python python/bench.py [--write]

Each time is the processor's, the median of many short rounds in which the measured things take turns, so that a busy
machine slows all alike; what counts are the ratios. With --write the section "Python" of docs/PERFORMANCE.md is replaced.
"""

import json
import os
import platform
import re
import statistics
import sys
import time
from datetime import datetime, timezone
from pathlib import Path

import cryptography
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

import dokimos

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs/PERFORMANCE.md"
CASE = "format-release"
ROUNDS = 300
BATCH = 512
AT = datetime(2026, 6, 1, tzinfo=timezone.utc)


def main():
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    times = medians(contenders(), ROUNDS)
    imports = {code: import_time(code) for code in ("pass", "import dokimos")}
    section = report(times, imports)
    print(section)
    if "--write" in sys.argv[1:]:
        write(section)


def contenders():
    """What is measured: name, the call, and how many signatures one call verifies."""
    case = next(case for case in json.loads((ROOT / "testdata/cases.json").read_text()) if case["name"] == CASE)
    policy = dokimos.Policy.from_json((ROOT / "testdata" / case["policy"]).read_bytes())
    image = case["image"]
    document = (ROOT / "testdata" / case["attestations"][0]).read_bytes()
    place = {"cluster": case["cluster"], "namespace": case["namespace"], "at": AT}
    evidence = dokimos.Attestations(document)
    if not policy.evaluate(image, document, **place):
        sys.exit("the decision that is measured must be an allowing one")

    private = load_private(ROOT / "testdata/evidence/keys")
    public = private.public_key()
    message = b"m" * 300
    pkcs1, pss = padding.PKCS1v15(), padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    recovering = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.AUTO)
    sha = hashes.SHA256()
    signed_pkcs1, signed_pss = private.sign(message, pkcs1, sha), private.sign(message, pss, sha)
    spki = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    key_pkcs1 = dokimos.PublicKey.from_der(spki, "RSA_PKCS1_SHA_256")
    key_pss = dokimos.PublicKey.from_der(spki, "RSA_PSS_SHA_256")
    batch = [(key_pss, message, signed_pss)] * BATCH
    if not all(dokimos.verify_batch(batch)):
        sys.exit("the signatures that are measured must be valid")
    images = [image] * BATCH
    documents = [document] * BATCH
    columns = [["prod-1"] * BATCH, ["default"] * BATCH, [None] * BATCH]

    from dokimos._dokimos import evaluate_rows

    return [
        ("cryptography, PKCS#1", lambda: public.verify(signed_pkcs1, message, pkcs1, sha), 1),
        ("cryptography, PSS", lambda: public.verify(signed_pss, message, recovering, sha), 1),
        ("PublicKey.verify, PKCS#1", lambda: key_pkcs1.verify(message, signed_pkcs1), 1),
        ("PublicKey.verify, PSS", lambda: key_pss.verify(message, signed_pss), 1),
        ("verify_batch, PSS", lambda: dokimos.verify_batch(batch), BATCH),
        ("decision", lambda: policy.evaluate(image, document, **place), 1),
        ("decision, and its reason", lambda: policy.evaluate(image, document, **place).reason, 1),
        ("decision on read evidence", lambda: policy.evaluate(image, evidence, **place), 1),
        ("audit, one core", lambda: evaluate_rows(policy, images, documents, *columns, AT, 1), BATCH),
    ]


def load_private(folder):
    """The key `release` of the test data, or any other of 2048 bits."""
    for file in sorted(folder.iterdir()):
        text = file.read_bytes()
        if b"PRIVATE KEY" in text:
            key = serialization.load_pem_private_key(text, None)
            if key.key_size == 2048:
                return key
    sys.exit(f"no private key of 2048 bits in {folder}")


def medians(contenders, rounds):
    """Microseconds a signature."""
    times = {name: [] for name, _, _ in contenders}
    counts = {name: max(1, 64 // size) for name, _, size in contenders}
    for _ in range(rounds):
        for name, call, size in contenders:
            # The time of the processor: what another process takes in between is not ours.
            start = time.thread_time_ns()
            for _ in range(counts[name]):
                call()
            times[name].append((time.thread_time_ns() - start) / counts[name] / size / 1000)
    return {name: statistics.median(values) for name, values in times.items()}


def import_time(code):
    """Milliseconds of the processor for a new interpreter that runs the code."""
    values = []
    for _ in range(21):
        process = os.posix_spawn(sys.executable, [sys.executable, "-c", code], os.environ)
        _, status, usage = os.wait4(process, 0)
        if status:
            sys.exit(f"{code} failed")
        values.append((usage.ru_utime + usage.ru_stime) * 1000)
    return statistics.median(values)


def report(times, imports):
    base_pkcs1, base_pss = times["cryptography, PKCS#1"], times["cryptography, PSS"]
    rows = [
        ("`cryptography`: `public_key.verify()`, PKCS#1 v1.5", "cryptography, PKCS#1", base_pkcs1),
        ("the same, PSS", "cryptography, PSS", base_pss),
        ("`PublicKey.verify`, PKCS#1 v1.5", "PublicKey.verify, PKCS#1", base_pkcs1),
        ("the same, PSS", "PublicKey.verify, PSS", base_pss),
        (f"`verify_batch`, PSS, {BATCH} at a time, each", "verify_batch, PSS", base_pss),
        ("whole decision: `policy.evaluate(image, document, …)`", "decision", base_pss),
        ("the same, and its reason read", "decision, and its reason", base_pss),
        ("the same on `Attestations` that were read before", "decision on read evidence", base_pss),
        (f"`audit` on one core, {BATCH} documents at a time, each", "audit, one core", base_pss),
    ]
    flags = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    ifma = "with" if "avx512ifma" in flags else "without"
    start = imports["pass"]
    lines = [
        "## Python",
        f"CPython {platform.python_version()}, `cryptography` {cryptography.__version__}, {platform.machine()} {ifma} AVX-512 IFMA, one core, RSA-2048,",
        f"processor time, medians of {ROUNDS} rounds in which all take turns. The machine is a shared one: the ratios are what counts. `python/bench.py`",
        "measures anew, and writes this section with `--write`.",
        "",
        "| each | µs | of `cryptography` with the same padding |",
        "| --- | ---: | ---: |",
        *(f"| {label} | {times[name]:.1f} | {times[name] / base:.2f} |" for label, name, base in rows),
        "",
        "The decision parses the reference and the JSON of an occurrence, chooses the rule, verifies, reads the payload and makes the report.",
        "",
        "| | ms of the processor |",
        "| --- | ---: |",
        f"| an interpreter that does nothing | {start:.1f} |",
        f"| `import dokimos`, on top | {imports['import dokimos'] - start:.1f} |",
    ]
    wheels = sorted((ROOT / "target/python-dist").glob("*.whl"))
    if wheels:
        lines += ["", f"The wheel has {wheels[-1].stat().st_size / 1024**2:.2f} MiB."]
    return "\n".join(lines) + "\n"


def write(section):
    text = DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.exists() else "# Performance\n"
    old = re.search(r"^## Python\n.*?(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    if old:
        text = text[: old.start()] + section + ("\n" if old.end() < len(text) else "") + text[old.end() :]
    else:
        text = text.rstrip("\n") + "\n\n" + section
    DOCUMENT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
