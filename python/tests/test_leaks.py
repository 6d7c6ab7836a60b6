"""A service that verifies all day must not grow."""

import gc
import json

from conftest import PLACE, TESTDATA, WEB

import dokimos


def resident():
    """The memory of this process, in KiB."""
    gc.collect()
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))


def grown(work, rounds):
    """By how much the memory grew over the second half of the rounds; the first fills what is kept for good."""
    for _ in range(rounds // 2):
        work()
    before = resident()
    for _ in range(rounds - rounds // 2):
        work()
    return resident() - before


def test_a_million_verifications_leave_nothing():
    key = dokimos.PublicKey.from_der((TESTDATA / "keys/rsa-2048-e3.der").read_bytes(), "RSA_PKCS1_SHA_256")
    message, signature = b"message", b"\1" * key.signature_length
    batch = [(key, message, signature)] * 1000

    def verify():
        # 990 results and ten exceptions.
        dokimos.verify_batch(batch[:990])
        for _ in range(10):
            try:
                key.verify(message, signature)
            except dokimos.SignatureError:
                continue
            raise AssertionError

    # One byte kept of each verification would be 500 KiB.
    assert grown(verify, 1000) < 400


def test_decisions_and_errors_leave_nothing(shop, release):
    document = json.loads(release)

    def work():
        for _ in range(100):
            shop.evaluate(WEB, release, **PLACE).attestors
            shop.evaluate(WEB, document, **PLACE)
            for call in (
                lambda: shop.evaluate(WEB, b"nonsense", **PLACE),
                lambda: shop.verify("Foo/bar", [], **PLACE),
                lambda: dokimos.Policy.from_json("{}"),
                lambda: dokimos.ImageReference("Foo/bar"),
            ):
                try:
                    call()
                except dokimos.DokimosError as error:
                    str(error)

    assert grown(work, 60) < 400
