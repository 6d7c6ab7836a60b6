#!/usr/bin/env python3
"""Makes the keys and signatures of this folder anew, with two tools that dokimos has no part in.

Needs the `openssl` program (3.x) and the Python package `cryptography`:

    python3 -m venv /tmp/keys && /tmp/keys/bin/pip install cryptography && /tmp/keys/bin/python make.py

Each run makes other keys: the private halves are thrown away, so nobody can sign with a key that stands here. The one
private key that is kept, TEST-ONLY-private-key.pem, belongs to no public key here; it is there to be refused.
"""

import base64
import hashlib
import json
import pathlib
import subprocess
import tempfile

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

HERE = pathlib.Path(__file__).resolve().parent
MESSAGE = b"dokimos: a message signed by two independent tools\n"
SIZES = {2048, 3072, 4096}
HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}


def main():
    for old in [*HERE.glob("*.pem"), *HERE.glob("*.der")]:
        old.unlink()
    (HERE / "message.txt").write_bytes(MESSAGE)
    keys, signatures = {}, []
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for bits in [2048, 3072, 4096, 8192]:
            private = generate(folder, f"rsa-{bits}", "RSA", f"rsa_keygen_bits:{bits}")
            publish(private, f"rsa-{bits}")
            openssl("rsa", "-in", private, "-RSAPublicKey_out", "-out", HERE / f"rsa-{bits}.pkcs1.pem")
            openssl("rsa", "-in", private, "-RSAPublicKey_out", "-outform", "DER", "-out", HERE / f"rsa-{bits}.pkcs1.der")
            keys[f"rsa-{bits}"] = described(private)
            hashes_of_size = HASHES if bits in SIZES else {"sha256": hashes.SHA256()}
            for name, hash in hashes_of_size.items():
                signatures += signed_by_openssl(private, f"rsa-{bits}", bits, name, hash.digest_size)
                signatures += signed_by_cryptography(private, f"rsa-{bits}", bits, name, hash)
        private = generate(folder, "rsa-2048-e3", "RSA", "rsa_keygen_bits:2048", "rsa_keygen_pubexp:3")
        publish(private, "rsa-2048-e3")
        keys["rsa-2048-e3"] = described(private)
        signatures += signed_by_openssl(private, "rsa-2048-e3", 2048, "sha256", 32)

        # id-RSASSA-PSS keys (RFC 4055): the parameters restrict what the key may sign.
        for name, bits, options in [
            ("pss-2048-sha256-32", 2048, {"md": "sha256", "mgf1_md": "sha256", "saltlen": 32}),
            ("pss-2048-sha256-20", 2048, {"md": "sha256", "mgf1_md": "sha256", "saltlen": 20}),
            ("pss-2048-sha256-0", 2048, {"md": "sha256", "mgf1_md": "sha256", "saltlen": 0}),
            ("pss-3072-sha384-48", 3072, {"md": "sha384", "mgf1_md": "sha384", "saltlen": 48}),
            ("pss-2048-sha512-64", 2048, {"md": "sha512", "mgf1_md": "sha512", "saltlen": 64}),
            ("pss-2048-unrestricted", 2048, {}),
            # Refused: the defaults of the format are SHA-1, and the mask generation must use the same hash.
            ("pss-2048-sha1", 2048, {"md": "sha1", "mgf1_md": "sha1", "saltlen": 20}),
            ("pss-2048-mgf1-sha1", 2048, {"md": "sha256", "mgf1_md": "sha1", "saltlen": 32}),
            ("pss-2048-mgf1-sha512", 2048, {"md": "sha256", "mgf1_md": "sha512", "saltlen": 32}),
            ("pss-2048-sha224", 2048, {"md": "sha224", "mgf1_md": "sha224", "saltlen": 28}),
        ]:
            settings = [f"rsa_pss_keygen_{option}:{value}" for option, value in options.items()]
            private = generate(folder, name, "RSA-PSS", f"rsa_keygen_bits:{bits}", *settings)
            publish(private, name)
            keys[name] = described(private)
            hash = options.get("md", "sha256")
            if hash in HASHES and options.get("mgf1_md", hash) == hash:
                least = options.get("saltlen", 0)
                # OpenSSL takes the salt length as a minimum, as RFC 4055 has it: it also signs with one byte more.
                for salt in [least, least + 1]:
                    signatures.append(record("openssl", name, "pss", hash, salt, pss_by_openssl(private, hash, salt)))

        for name, algorithm, options in [
            ("rsa-1024", "RSA", ["rsa_keygen_bits:1024"]),
            ("ec-p256", "EC", ["ec_paramgen_curve:P-256"]),
            ("ed25519", "ED25519", []),
            ("x25519", "X25519", []),
        ]:
            publish(generate(folder, name, algorithm, *options), name)

        private = generate(folder, "TEST-ONLY-private-key", "RSA", "rsa_keygen_bits:2048")
        (HERE / "TEST-ONLY-private-key.pem").write_bytes(private.read_bytes())
        for form, suffix in [("PEM", "pem"), ("DER", "der")]:
            openssl("req", "-x509", "-key", private, "-subj", "/CN=test", "-days", "3650", "-outform", form,
                    "-out", HERE / f"certificate.{suffix}")
    write(HERE / "keys.json", {"keys": keys})
    write(HERE / "signatures.json", {"message": "message.txt", "signatures": signatures})


def generate(folder, name, algorithm, *options):
    path = folder / f"{name}.private.pem"
    settings = [word for option in options for word in ("-pkeyopt", option)]
    openssl("genpkey", "-quiet", "-algorithm", algorithm, *settings, "-out", path)
    return path


def publish(private, name):
    openssl("pkey", "-in", private, "-pubout", "-out", HERE / f"{name}.pem")
    openssl("pkey", "-in", private, "-pubout", "-outform", "DER", "-out", HERE / f"{name}.der")


def described(private):
    """What the two tools say of the public key."""
    spki = openssl("pkey", "-in", private, "-pubout", "-outform", "DER")
    numbers = loaded(private).public_key().public_numbers()
    return {"modulus": f"{numbers.n:x}", "exponent": f"{numbers.e:x}", "spkiSha256": hashlib.sha256(spki).hexdigest()}


def signed_by_openssl(private, key, bits, hash, hash_len):
    signature = openssl("dgst", f"-{hash}", "-sign", private, HERE / "message.txt")
    yield record("openssl", key, "pkcs1", hash, None, signature)
    for salt in salts(bits, hash_len):
        yield record("openssl", key, "pss", hash, salt, pss_by_openssl(private, hash, salt))


def pss_by_openssl(private, hash, salt):
    return openssl("dgst", f"-{hash}", "-sign", private, "-sigopt", "rsa_padding_mode:pss",
                   "-sigopt", f"rsa_pss_saltlen:{salt}", HERE / "message.txt")


def signed_by_cryptography(private, key, bits, name, hash):
    signer = loaded(private)
    yield record("cryptography", key, "pkcs1", name, None, signer.sign(MESSAGE, padding.PKCS1v15(), hash))
    for salt in salts(bits, hash.digest_size):
        pss = padding.PSS(mgf=padding.MGF1(hash), salt_length=salt)
        yield record("cryptography", key, "pss", name, salt, signer.sign(MESSAGE, pss, hash))


def salts(bits, hash_len):
    """None, that of the SHA-1 of old, the usual one, and the longest there is: emLen - hLen - 2 (RFC 8017 9.1.1)."""
    return [0, 20, hash_len, bits // 8 - hash_len - 2]


def record(tool, key, padding, hash, salt, signature):
    return {"tool": tool, "key": key, "padding": padding, "hash": hash, "salt": salt,
            "signature": base64.b64encode(signature).decode()}


def loaded(private):
    return serialization.load_pem_private_key(private.read_bytes(), None)


def write(path, value):
    path.write_text(json.dumps(value, indent=1) + "\n")


def openssl(*arguments):
    return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True).stdout


main()
