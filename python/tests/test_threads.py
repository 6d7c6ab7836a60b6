"""One policy, one set of attestations and one key, used by many threads at once."""

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from conftest import CASES, PLACE, TESTDATA, WEB, case_place, case_policy, report_text

import dokimos


def test_one_policy_answers_many_threads(in_testdata):
    cases = [case for case in CASES if case["policy"] == "policies/shop.json"]
    policy = case_policy(cases[0])
    files = {file: (TESTDATA / file).read_bytes() for case in cases for file in case["attestations"]}
    start = threading.Barrier(8)

    def ask(shift):
        start.wait()
        for case in cases[shift:] + cases[:shift]:
            attestations = dokimos.Attestations()
            for file in case["attestations"]:
                attestations.add(files[file], source=file)
            report = policy.evaluate(case["image"], attestations, **case_place(case))
            assert report.to_json() == report_text(case["name"])
        return len(cases)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(8))) == 8 * len(cases)


def test_a_set_can_grow_while_it_is_used(shop, release):
    """Nobody sees half a change, and nobody waits for ever."""
    attestations = dokimos.Attestations([release])
    malformed = b'{"noteName": "x", "attestation": {}}'
    done = threading.Event()

    def grow(number):
        for _ in range(200):
            attestations.add(malformed, source=str(number))
            try:
                attestations.add(b"nonsense")
            except dokimos.AttestationError:
                continue
            raise AssertionError("nonsense was added")

    def ask(_):
        asked = 0
        while not done.is_set():
            assert shop.evaluate(WEB, attestations, **PLACE)
            asked += 1
        return asked

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(6) as pool:
            asking = [pool.submit(ask, number) for number in range(2)]
            list(pool.map(grow, range(4)))
            done.set()
            assert all(future.result(timeout=60) > 0 for future in asking)
    finally:
        sys.setswitchinterval(interval)
    assert len(attestations) == 1 + 4 * 200


def test_other_threads_run_while_signatures_are_verified():
    """The interpreter is released: another thread counts on while one long call works."""
    key = dokimos.PublicKey.from_der((TESTDATA / "keys/rsa-8192.der").read_bytes(), "RSA_PSS_SHA_512")
    batch = [(key, b"message", b"\1" * key.signature_length)] * 500
    begun, ended = threading.Event(), threading.Event()

    def verify():
        begun.set()
        dokimos.verify_batch(batch)
        ended.set()

    # Python hands the interpreter over at the earliest after this time. Were it held, the first thing that the main
    # thread could see is the end.
    interval = sys.getswitchinterval()
    sys.setswitchinterval(100)
    try:
        for _ in range(10):
            begun.clear()
            ended.clear()
            worker = threading.Thread(target=verify)
            worker.start()
            begun.wait()
            time.sleep(0.001)
            seen_at_work = not ended.is_set()
            worker.join()
            if seen_at_work:
                return
    finally:
        sys.setswitchinterval(interval)
    raise AssertionError("the interpreter was held for every batch")
