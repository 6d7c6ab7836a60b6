"""The test keys: made once by openssl, kept in the repository, never used for anything else."""

import base64
import hashlib
import subprocess
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization

# Whoever speaks, and how: bits, padding, hash. The stranger stands in no policy.
KEYS = {
    "release": (2048, "pss", "sha256"),
    "qa": (2048, "pkcs1", "sha256"),
    "security": (3072, "pss", "sha256"),
    "kms": (2048, "pss", "sha256"),
    "old": (4096, "pkcs1", "sha512"),
    "stranger": (2048, "pkcs1", "sha256"),
}

# Ids that policies give; a key without one has its default id.
GIVEN_IDS = {"qa": "qa-signing-2026", "kms": "4a2ef103-5aa3-4220-8c1b-5c8a6d0a1e11"}

MARK = "TEST KEY of dokimos ({name}). It is published: trust nothing that it signs.\n\n"


def make_missing(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, (bits, _, _) in KEYS.items():
        private, public = private_path(folder, name), public_path(folder, name)
        if not private.exists():
            options = ["-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{bits}"]
            private.write_bytes(MARK.format(name=name).encode() + openssl("genpkey", *options))
        if not public.exists():
            public.write_bytes(openssl("pkey", "-pubout", "-in", str(private)))


class Key:
    def __init__(self, folder, name):
        self.name = name
        self.bits, self.padding, self.hash = KEYS[name]
        self.private = serialization.load_pem_private_key(private_path(folder, name).read_bytes(), None)
        self.public = self.private.public_key()
        self.pem = public_path(folder, name).read_text()
        self.public_file = public_path(folder, name)
        self.id = GIVEN_IDS.get(name, self.default_id)

    @property
    def default_id(self):
        return "ni:///sha-256;" + base64.urlsafe_b64encode(self.fingerprint).rstrip(b"=").decode()

    @property
    def hint(self):
        """By which cosign's bundles name the key."""
        return base64.b64encode(self.fingerprint).decode()

    @property
    def fingerprint(self):
        der = self.public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        return hashlib.sha256(der).digest()


@cache
def load(folder, name):
    return Key(folder, name)


def private_path(folder, name) -> Path:
    return folder / f"{name}.test-key.pem"


def public_path(folder, name) -> Path:
    return folder / f"{name}.pub.pem"


def openssl(*arguments):
    return subprocess.run(["openssl", *arguments], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
