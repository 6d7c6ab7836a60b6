"""Decides offline whether a container image may run.

An image may run where a policy says so: the attestors that the policy requires must have signed the image's digest.

>>> from datetime import datetime, timezone
>>> policy = Policy.from_json('''{"apiVersion": "dokimos.dev/v1", "kind": "Policy",
...                               "default": {"evaluation": "ALWAYS_DENY"}}''')
>>> report = policy.evaluate("registry.example.com/shop/web:1.4", [], at=datetime(2026, 6, 1, tzinfo=timezone.utc))
>>> report.allowed
False
>>> print(report.reason)
ALWAYS_DENY: rule default denies every image that it matches

``docs/python.md`` is the guide, ``docs/POLICY.md`` describes the policy.
"""

from __future__ import annotations

from ._admission import AdmissionImage
from ._audit import audit
from ._dokimos import (
    AdmissionResponse,
    AdmissionReview,
    Attestations,
    Digest,
    ImageReference,
    Policy,
    PublicKey,
    __version__,
    signature_algorithms,
    verify_batch,
)
from ._errors import (
    AdmissionError,
    AttestationError,
    DokimosError,
    NotAttestedError,
    PolicyError,
    Problem,
    PublicKeyError,
    ReferenceError,
    SignatureError,
)
from ._report import AttestationReport, AttestorReport, BreakGlass, Outcome, ReasonCode, Report

__all__ = [
    "AdmissionError",
    "AdmissionImage",
    "AdmissionResponse",
    "AdmissionReview",
    "AttestationError",
    "AttestationReport",
    "Attestations",
    "AttestorReport",
    "BreakGlass",
    "Digest",
    "DokimosError",
    "ImageReference",
    "NotAttestedError",
    "Outcome",
    "Policy",
    "PolicyError",
    "Problem",
    "PublicKey",
    "PublicKeyError",
    "ReasonCode",
    "ReferenceError",
    "Report",
    "SignatureError",
    "__version__",
    "audit",
    "signature_algorithms",
    "verify_batch",
    "verify_signature",
]

def verify_signature(
    key: PublicKey | str | bytes, message: bytes, signature: bytes, *, algorithm: str | None = None
) -> None:
    """Verifies one signature of a message with a key, without any policy; raises ``SignatureError`` if it is not valid.

    ``key`` is a ``PublicKey``, or a key in PEM together with the name of its ``algorithm``. There is no result: whoever
    forgets to look at it cannot take a bad signature for a good one. To verify often, read the key once.
    """
    if not isinstance(key, PublicKey):
        if algorithm is None:
            raise TypeError("a key in PEM needs an algorithm: it is never taken from a signature")
        key = PublicKey.from_pem(key, algorithm)
    elif algorithm is not None:
        raise TypeError("a PublicKey has its algorithm already")
    key.verify(message, signature)


def _show_as_own() -> None:
    """Users see the package, not the modules of which it is made: in tracebacks, in pickles, in ``help()``."""
    for name in __all__:
        thing = globals()[name]
        if getattr(thing, "__module__", "").startswith(f"{__name__}._"):
            thing.__module__ = __name__


_show_as_own()
