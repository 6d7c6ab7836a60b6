"""What can go wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ._dokimos import PublicKey
    from ._report import Report


class Problem(NamedTuple):
    """One thing that is wrong with a document, and where: ``rules[2].require: unknown attestor "qa"``."""

    code: str
    """Stable, such as ``UNKNOWN_FIELD``."""
    path: str
    """Where in the document; empty for the document as a whole."""
    message: str
    """What is wrong, in words."""

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class DokimosError(Exception):
    """The base of every exception of this package. ``str()`` is one line."""

    code: str
    """Stable, such as ``UNKNOWN_FIELD``: what to branch on."""
    path: str
    """Where in the document, as ``rules[2].require``; empty where there is no place."""

    def __init__(self, message: str, code: str = "", path: str = "") -> None:
        super().__init__(message, code, path)
        self.code = code
        self.path = path

    def __str__(self) -> str:
        return str(self.args[0])


class PolicyError(DokimosError, ValueError):
    """The document is not a policy. ``code`` and ``path`` are those of its first problem."""

    problems: tuple[Problem, ...]
    """Every problem of the document."""

    def __init__(
        self, message: str, code: str = "", path: str = "", problems: list[tuple[str, str, str]] | None = None
    ) -> None:
        super().__init__(message, code, path)
        self.problems = tuple(Problem(*problem) for problem in problems or ())


class AdmissionError(DokimosError, ValueError):
    """The document is not a request for admission to Kubernetes that could be answered."""


class AttestationError(DokimosError, ValueError):
    """A document of attestations is not JSON, or of no format that is known."""


class ReferenceError(DokimosError, ValueError):
    """The text is not an image reference, or not a digest."""


class PublicKeyError(DokimosError, ValueError):
    """The key is malformed, too weak, or may not be used with the algorithm."""


class SignatureError(DokimosError):
    """The signature was not made with this key and algorithm over this message."""


class NotAttestedError(DokimosError):
    """The image may not run. ``code`` is the code of the report's reason."""

    report: Report
    """What was decided, and why."""

    def __init__(self, report: Report) -> None:
        super().__init__(f"{report.message}: {report.reason.detail}", report.reason.code.value)
        self.report = report

    def __reduce__(self) -> tuple[type[NotAttestedError], tuple[Report]]:
        return type(self), (self.report,)


def restore_key(der: bytes, algorithm: str, salt_length: int | None) -> PublicKey:
    """Unpickles a key."""
    from ._dokimos import PublicKey

    return PublicKey.from_der(der, algorithm, salt_length=salt_length)
