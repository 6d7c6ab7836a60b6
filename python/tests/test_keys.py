"""Keys and raw signatures, held against `cryptography`."""

import base64
import hashlib
import json
import random

import pytest
from conftest import TESTDATA
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

import dokimos
from dokimos import PublicKey, PublicKeyError, SignatureError

HASHES = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}
MESSAGE = b"registry.example.com/shop/web"
DER = serialization.Encoding.DER
PEM = serialization.Encoding.PEM
SPKI = serialization.PublicFormat.SubjectPublicKeyInfo
PKCS1 = serialization.PublicFormat.PKCS1


@pytest.fixture(scope="module", params=[2048, 3072, 4096, 8192], ids=str)
def private(request):
    """A private key of each size that algorithm names have."""
    return key_of_known_primes() if request.param == 8192 else rsa.generate_private_key(65537, request.param)


def key_of_known_primes():
    """A key of 8192 bits, which would take a minute to make: its primes are those of 4096 bits that RFC 3526 derives
    from pi and RFC 7919 from e."""
    p = (1 << 4096) - (1 << 4032) - 1 + (((scaled_pi(3966)) + 240904) << 64)
    q = (1 << 4096) - (1 << 4032) - 1 + (((scaled_e(3966)) + 5736041) << 64)
    d = pow(65537, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(65537, p * q)
    numbers = rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), rsa.rsa_crt_iqmp(p, q), public)
    return numbers.private_key()


def scaled_e(bits):
    """The whole part of e times two to the power of `bits`."""
    one = 1 << (bits + 64)
    total, term, number = 0, one, 1
    while term:
        total, term, number = total + term, term // number, number + 1
    return total >> 64


def scaled_pi(bits):
    """The same of pi, by Machin: pi/4 = 4 arctan(1/5) - arctan(1/239)."""
    one = 1 << (bits + 64)

    def arctan(inverse):
        power, total, number = one // inverse, 0, 1
        while power:
            total += power // number if number % 4 == 1 else -(power // number)
            power, number = power // inverse**2, number + 2
        return total

    return 4 * (4 * arctan(5) - arctan(239)) >> 64


def schemes(size):
    """The names of each algorithm, with the padding by which the other library does the same."""
    for bits, hash_ in HASHES.items():
        yield [f"RSA_SIGN_PKCS1_{size}_SHA{bits}", f"RSA_PKCS1_SHA_{bits}"], padding.PKCS1v15(), hash_, None
        for salt in (0, 20, hash_.digest_size, padding.PSS.MAX_LENGTH):
            pss = padding.PSS(padding.MGF1(hash_), salt)
            yield [f"RSA_PSS_{size}_SHA{bits}", f"RSA_PSS_SHA_{bits}"], pss, hash_, salt


def test_signatures_of_the_other_library_verify(private):
    public = private.public_key()
    batch = []
    for names, padding_, hash_, salt in schemes(private.key_size):
        signature = private.sign(MESSAGE, padding_, hash_)
        for name in names:
            key = PublicKey.from_der(public.public_bytes(DER, SPKI), name)
            assert key.verify(MESSAGE, signature) is None
            batch += [(key, MESSAGE, signature), (key, MESSAGE + b"!", signature)]
            with pytest.raises(SignatureError):
                key.verify(MESSAGE + b"!", signature)
        if salt is not None:
            longest = private.key_size // 8 - hash_.digest_size - 2
            length = longest if salt is padding.PSS.MAX_LENGTH else salt
            fixed = PublicKey.from_der(public.public_bytes(DER, SPKI), names[0], salt_length=length)
            fixed.verify(MESSAGE, signature)
            other = PublicKey.from_der(public.public_bytes(DER, SPKI), names[0], salt_length=length - 1 if length else 1)
            with pytest.raises(SignatureError):
                other.verify(MESSAGE, signature)
    assert dokimos.verify_batch(batch) == [True, False] * (len(batch) // 2)


def test_each_algorithm_refuses_the_signatures_of_the_others(private):
    public = private.public_key().public_bytes(DER, SPKI)
    made = [(names[1], private.sign(MESSAGE, padding_, hash_)) for names, padding_, hash_, _ in schemes(2048)]
    for name in {name for name, _ in made}:
        key = PublicKey.from_der(public, name)
        assert dokimos.verify_batch((key, MESSAGE, signature) for _, signature in made) == [
            name == other for other, _ in made
        ]


def test_mutated_signatures_are_judged_alike(private):
    """Every change is judged by both libraries; none is accepted by either."""
    public, chance = private.public_key(), random.Random(private.key_size)
    modulus, length = public.public_numbers().n, private.key_size // 8
    for names, padding_, hash_, salt in schemes(private.key_size):
        if salt in (0, 20):
            continue
        key = PublicKey.from_der(public.public_bytes(DER, SPKI), names[0])
        signature = private.sign(MESSAGE, padding_, hash_)
        number = int.from_bytes(signature, "big")
        mutants = [
            b"",
            b"\0" * length,
            b"\xff" * length,
            signature[:-1],
            signature + b"\0",
            b"\0" + signature,
            signature[::-1],
            (modulus - number).to_bytes(length, "big"),
            (number + 1).to_bytes(length, "big"),
            modulus.to_bytes(length, "big"),
            (modulus - 1).to_bytes(length, "big"),
            (1).to_bytes(length, "big"),
        ]
        if number + modulus < 1 << private.key_size:
            mutants.append((number + modulus).to_bytes(length, "big"))
        for _ in range(20):
            place, bit = chance.randrange(length), 1 << chance.randrange(8)
            mutants.append(signature[:place] + bytes([signature[place] ^ bit]) + signature[place + 1 :])
        recovering = padding.PSS(padding.MGF1(hash_), padding.PSS.AUTO) if salt is not None else padding_
        for mutant in mutants:
            with pytest.raises(InvalidSignature):
                public.verify(mutant, MESSAGE, recovering, hash_)
            with pytest.raises(SignatureError) as raised:
                key.verify(MESSAGE, mutant)
            assert raised.value.code == "BAD_SIGNATURE"
        assert dokimos.verify_batch([(key, MESSAGE, mutant) for mutant in [*mutants, signature]]) == [False] * len(
            mutants
        ) + [True]


def test_a_key_is_the_same_in_every_form(private):
    public = private.public_key()
    forms = [public.public_bytes(encoding, form) for encoding in (DER, PEM) for form in (SPKI, PKCS1)]
    keys = [PublicKey.from_der(form, "RSA_PSS_SHA_256") for form in forms[:2]]
    keys += [PublicKey.from_pem(form, "RSA_PSS_SHA_256") for form in forms[2:]]
    keys += [PublicKey.from_pem(forms[2].decode(), "RSA_PKCS1_SHA_512")]
    assert len(set(keys)) == 1
    fingerprint = hashlib.sha256(forms[0]).digest()
    for key in keys:
        assert key.to_der() == forms[0] and key.to_pem().encode() == forms[2]
        assert key.fingerprint == fingerprint
        assert key.default_id == "ni:///sha-256;" + base64.urlsafe_b64encode(fingerprint).decode().rstrip("=")
        assert (key.modulus_bits, key.signature_length) == (private.key_size, private.key_size // 8)
        assert key.salt_length is None and key.algorithm in repr(key)


def test_signatures_of_other_tools_verify():
    """`openssl` and `cryptography` made them; both are recorded."""
    recorded = json.loads((TESTDATA / "keys/signatures.json").read_text())
    message = (TESTDATA / "keys" / recorded["message"]).read_bytes()
    verdicts = set()
    for one in recorded["signatures"]:
        scheme = {"pkcs1": "RSA_PKCS1", "pss": "RSA_PSS"}[one["padding"]]
        name = f"{scheme}_SHA_{one['hash'].removeprefix('sha')}"
        key = PublicKey.from_pem((TESTDATA / f"keys/{one['key']}.pem").read_bytes(), name)
        # A key that names its salt length takes no other.
        expected = key.salt_length in (None, one["salt"])
        signature = base64.b64decode(one["signature"])
        assert dokimos.verify_batch([(key, message, signature)]) == [expected], one
        verdicts.add((one["key"], expected))
    assert len(recorded["signatures"]) > 100
    assert {expected for _, expected in verdicts} == {True, False}


def test_weak_and_foreign_keys_are_errors_with_codes():
    def code(der, algorithm="RSA_PSS_SHA_256", **options):
        with pytest.raises(PublicKeyError) as raised:
            PublicKey.from_der(der, algorithm, **options)
        assert isinstance(raised.value, ValueError) and "\n" not in str(raised.value)
        return raised.value.code

    def spki(private):
        return private.public_key().public_bytes(DER, SPKI)

    good = rsa.generate_private_key(65537, 2048)
    assert code(spki(rsa.generate_private_key(65537, 1024))) == "KEY_MODULUS_TOO_SMALL"
    assert code(spki(ec.generate_private_key(ec.SECP256R1()))) == "KEY_TYPE_NOT_SUPPORTED"
    assert code(spki(ed25519.Ed25519PrivateKey.generate())) == "KEY_TYPE_NOT_SUPPORTED"
    assert code(spki(good), "RSA_PSS_3072_SHA256") == "KEY_MODULUS_SIZE"
    assert code(spki(good), "ECDSA_P256_SHA256") == "ALGORITHM_NOT_SUPPORTED"
    assert code(spki(good), "RSA") == "ALGORITHM_UNKNOWN"
    assert code(spki(good), salt_length=1000) == "KEY_SALT_LENGTH_TOO_LARGE"
    assert code(spki(good), "RSA_PKCS1_SHA_256", salt_length=32) == "KEY_SALT_WITHOUT_PSS"
    assert code(spki(good) + b"\0") == "KEY_TRAILING_BYTES"
    assert code(b"") in {"KEY_TRUNCATED", "KEY_NOT_A_KEY"}
    certificate = (TESTDATA / "keys/certificate.der").read_bytes()
    assert code(certificate) == "KEY_IS_CERTIFICATE"
    secret = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    assert code(good.private_bytes(DER, *secret)) == "KEY_IS_PRIVATE"


def test_every_algorithm_has_a_canonical_name():
    names = dokimos.signature_algorithms()
    assert len(names) == len(set(names)) == 2 * 3 * 5
    pem = (TESTDATA / "keys/rsa-2048.pem").read_text()
    for name in names:
        if "_2048_" in name or "_SHA_" in name:
            assert PublicKey.from_pem(pem, name).algorithm == name


def test_verify_signature_takes_a_key_or_its_text():
    private = rsa.generate_private_key(65537, 2048)
    signature = private.sign(MESSAGE, padding.PKCS1v15(), hashes.SHA256())
    pem = private.public_key().public_bytes(PEM, SPKI)
    key = PublicKey.from_pem(pem, "RSA_PKCS1_SHA_256")
    for form in (bytes, bytearray, memoryview):
        assert dokimos.verify_signature(key, form(MESSAGE), form(signature)) is None
    for text in (pem, pem.decode()):
        dokimos.verify_signature(text, MESSAGE, signature, algorithm="RSA_PKCS1_SHA_256")
    with pytest.raises(SignatureError):
        dokimos.verify_signature(pem, MESSAGE, signature, algorithm="RSA_PKCS1_SHA_384")
    with pytest.raises(TypeError, match="needs an algorithm"):
        dokimos.verify_signature(pem, MESSAGE, signature)
    with pytest.raises(TypeError, match="has its algorithm"):
        dokimos.verify_signature(key, MESSAGE, signature, algorithm="RSA_PKCS1_SHA_256")
    with pytest.raises(TypeError, match="message must be bytes, not str"):
        dokimos.verify_signature(key, MESSAGE.decode(), signature)
    with pytest.raises(TypeError, match="signature must be bytes, not NoneType"):
        dokimos.verify_signature(key, MESSAGE, None)


def test_a_batch_takes_any_iterable_and_nothing_else():
    assert dokimos.verify_batch([]) == dokimos.verify_batch(iter(())) == []
    for wrong in (None, [1], [(1, 2, 3)], [("key", b"", b"")]):
        with pytest.raises((TypeError, ValueError)):
            dokimos.verify_batch(wrong)
