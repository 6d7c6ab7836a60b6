"""Signatures that come out the same each time, so that the files can be made again and compared.

PKCS#1 v1.5 is deterministic and made by `cryptography`. PSS is not, so its padding is written out here (RFC 8017
section 9.1.1) with a salt derived from a label. Every good signature is then verified by `cryptography` and by openssl.
"""

import hashlib
import subprocess
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding as paddings

HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}


def sign(key, message, padding=None, hash=None, salt_length=None, label=b""):
    """The key's own padding and hash, unless others are asked for; PSS with the longest salt, as kritis signs."""
    padding, hash = padding or key.padding, hash or key.hash
    if padding == "pkcs1":
        signature = key.private.sign(message, paddings.PKCS1v15(), HASHES[hash])
    else:
        signature = pss(key, message, hash, salt_length, label)
    check_with_cryptography(key, message, signature, padding, hash, salt_length)
    check_with_openssl(key, message, signature, padding, hash)
    return signature


def pss(key, message, hash, salt_length, label):
    digest = hashlib.new(hash, message).digest()
    bits = key.bits - 1
    length = (bits + 7) // 8
    if salt_length is None:
        salt_length = length - len(digest) - 2
    salt = stream(b"salt " + label + digest, salt_length)
    seed = hashlib.new(hash, bytes(8) + digest + salt).digest()
    block = bytes(length - salt_length - len(digest) - 2) + b"\x01" + salt
    mask = mgf1(seed, len(block), hash)
    masked = bytearray(a ^ b for a, b in zip(block, mask))
    masked[0] &= 0xFF >> (8 * length - bits)
    encoded = bytes(masked) + seed + b"\xbc"
    numbers = key.private.private_numbers()
    modulus = numbers.public_numbers.n
    return pow(int.from_bytes(encoded, "big"), numbers.d, modulus).to_bytes(key.bits // 8, "big")


def mgf1(seed, length, hash):
    blocks = (hashlib.new(hash, seed + counter.to_bytes(4, "big")).digest() for counter in range(length))
    mask = b""
    while len(mask) < length:
        mask += next(blocks)
    return mask[:length]


def stream(label, length):
    """Bytes that look random and are the same each time."""
    return mgf1(label, length, "sha256")


def check_with_cryptography(key, message, signature, padding, hash, salt_length):
    scheme = paddings.PKCS1v15()
    if padding == "pss":
        longest = paddings.PSS.MAX_LENGTH if salt_length is None else salt_length
        scheme = paddings.PSS(paddings.MGF1(HASHES[hash]), longest)
    key.public.verify(signature, message, scheme, HASHES[hash])


def check_with_openssl(key, message, signature, padding, hash):
    options = ["-sigopt", f"rsa_padding_mode:{'pss' if padding == 'pss' else 'pkcs1'}"]
    if padding == "pss":
        options += ["-sigopt", "rsa_pss_saltlen:auto"]
    with tempfile.TemporaryDirectory() as folder:
        files = {"message": message, "signature": signature}
        for name, data in files.items():
            (Path(folder) / name).write_bytes(data)
        command = ["openssl", "dgst", f"-{hash}", "-verify", str(key.public_file), *options]
        command += ["-signature", f"{folder}/signature", f"{folder}/message"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def pae(payload, kind="application/vnd.dev.cosign.simplesigning.v1+json"):
    """DSSE's pre-authentication encoding: lengths in bytes, decimal."""
    kind = kind.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
