"""The images that the cases are about, by repository and digest."""

import hashlib


def digest(text, algorithm="sha256"):
    """The digest of no image: of a sentence that says what it stands for."""
    return f"{algorithm}:" + hashlib.new(algorithm, f"dokimos test image {text}".encode()).hexdigest()


HOST = "registry.example.com"
WEB = f"{HOST}/shop/web"
ADMIN = f"{HOST}/shop/admin"
MIRROR = "mirror.example.net/shop/web"
# kritis and Go's library write Docker Hub's name this way into payloads.
ALPINE = "index.docker.io/library/alpine"

WEB_DIGEST = digest("shop/web 1.4.2")
OTHER_DIGEST = digest("shop/web 1.4.1")
LONG_DIGEST = digest("shop/web 1.4.2", "sha512")
ALPINE_DIGEST = digest("alpine 3.11")

WEB_IMAGE = f"{WEB}@{WEB_DIGEST}"
