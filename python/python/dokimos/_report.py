"""The report: what was decided on one image, and why."""

from __future__ import annotations

import json
from enum import Enum
from typing import Any, Literal, NamedTuple

from ._dokimos import reason_codes


class ReasonCode(str, Enum):
    """Why an image was allowed or denied, or what became of one attestation: stable, and the same in every language."""

    ATTESTED = "ATTESTED"
    ALLOWLISTED = "ALLOWLISTED"
    BREAK_GLASS = "BREAK_GLASS"
    ALWAYS_ALLOW = "ALWAYS_ALLOW"
    NO_RULE = "NO_RULE"
    ALWAYS_DENY = "ALWAYS_DENY"
    TAG_REFERENCE = "TAG_REFERENCE"
    INVALID_REFERENCE = "INVALID_REFERENCE"
    CONTEXT_INCOMPLETE = "CONTEXT_INCOMPLETE"
    ATTESTOR_NOT_SATISFIED = "ATTESTOR_NOT_SATISFIED"
    NO_ATTESTATION = "NO_ATTESTATION"
    UNSUPPORTED_FORMAT = "UNSUPPORTED_FORMAT"
    ATTESTATION_UNREADABLE = "ATTESTATION_UNREADABLE"
    UNKNOWN_KEY = "UNKNOWN_KEY"
    KEY_NOT_YET_VALID = "KEY_NOT_YET_VALID"
    KEY_EXPIRED = "KEY_EXPIRED"
    BAD_SIGNATURE = "BAD_SIGNATURE"
    ALGORITHM_MISMATCH = "ALGORITHM_MISMATCH"
    PAYLOAD_UNREADABLE = "PAYLOAD_UNREADABLE"
    DIGEST_MISMATCH = "DIGEST_MISMATCH"
    REPOSITORY_MISMATCH = "REPOSITORY_MISMATCH"
    PREDICATE_MISMATCH = "PREDICATE_MISMATCH"
    LIMIT_REACHED = "LIMIT_REACHED"

    @property
    def number(self) -> int:
        """The code as a number: allowing reasons from 100, denials by policy from 200, failures of attestations from
        300, and what stopped the evaluation from 400."""
        return _FACTS[self.value][0]

    @property
    def allows(self) -> bool:
        """Whether this reason allows an image."""
        return _FACTS[self.value][1]

    @property
    def description(self) -> str:
        """What the code means, in a sentence."""
        return _FACTS[self.value][2]

    def __str__(self) -> str:
        return self.value


_FACTS = {code: (number, allows, description) for code, number, allows, description in reason_codes()}


class Outcome(NamedTuple):
    """A code to branch on, and the detail to read."""

    code: ReasonCode
    detail: str
    """What happened, in words; may change between versions."""

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}"


class AttestationReport(NamedTuple):
    """What became of one signature of one attestation, for one attestor."""

    source: str
    """Where the attestation came from: a file and the place in it."""
    key_id: str | None
    """The key that matched or failed, or the unknown id that the signature names."""
    outcome: Outcome


class AttestorReport(NamedTuple):
    """What became of one attestor that was asked."""

    name: str
    satisfied: bool
    attestations: tuple[AttestationReport, ...]
    """The signatures that were tried for it, in the order in which they were tried."""


class BreakGlass(NamedTuple):
    """The annotation that admitted an image past the policy."""

    annotation: str
    value: str


class Report:
    """The answer to "may this image run here?", with the reason for each step.

    A report is true if the image may run:

    >>> report = Policy.from_json('''{"apiVersion": "dokimos.dev/v1", "kind": "Policy",
    ...                               "default": {"evaluation": "ALWAYS_DENY"}}''').evaluate("alpine", [])
    >>> bool(report), report.reason.code.value, report.message
    (False, 'ALWAYS_DENY', 'image alpine is not attested')

    ``to_json`` gives the same bytes as dokimos in every other language. ``Report(text)`` reads them back: what was
    recorded, not what would be decided now.
    """

    __slots__ = ("_contents", "_text")

    def __init__(self, text: str, /) -> None:
        self._text = text
        self._contents: dict[str, Any] | None = None

    @property
    def _members(self) -> dict[str, Any]:
        # Most callers want the answer and the text; the rest is read when it is asked for.
        contents = self._contents
        if contents is None:
            contents = self._contents = self.to_dict()
        return contents

    @property
    def allowed(self) -> bool:
        """Whether the image may run. Under ``DRY_RUN`` it may, whatever the reason says."""
        return self.decision == "ALLOW"

    @property
    def decision(self) -> Literal["ALLOW", "DENY"]:
        """``ALLOW`` or ``DENY``."""
        return self._members["decision"]

    @property
    def message(self) -> str:
        """One sentence for the person who deploys: ``image alpine:3.11 is not attested`` for every denial."""
        return self._members["message"]

    @property
    def image(self) -> str:
        """The image reference, as it was given."""
        return self._members["image"]

    @property
    def rule(self) -> str | None:
        """The rule that decided; ``default`` for the policy's default, ``None`` where no rule was reached."""
        return self._members["rule"]

    @property
    def reason(self) -> Outcome:
        """Why: the code to branch on, and the detail to read."""
        return _outcome(self._members["reason"])

    @property
    def exempted_by(self) -> str | None:
        """The allowlist pattern that exempts the image."""
        return self._members["exemptedBy"]

    @property
    def attestors(self) -> tuple[AttestorReport, ...]:
        """The attestors that were asked, in the order in which the rule names them."""
        return tuple(
            AttestorReport(
                attestor["name"],
                attestor["satisfied"],
                tuple(
                    AttestationReport(tried["source"], tried["keyId"], _outcome(tried["outcome"]))
                    for tried in attestor["attestations"]
                ),
            )
            for attestor in self._members["attestors"]
        )

    @property
    def enforcement(self) -> Literal["BLOCK", "DRY_RUN"]:
        """Whether a denial blocks."""
        return self._members["enforcement"]

    @property
    def break_glass(self) -> BreakGlass | None:
        """The break-glass annotation that admitted the image."""
        used = self._members["breakglass"]
        return None if used is None else BreakGlass(used["annotation"], used["value"])

    @property
    def dry_run_violation(self) -> bool:
        """Whether the image was admitted only because the rule's enforcement is ``DRY_RUN``."""
        return self.allowed and not self.reason.code.allows

    def to_json(self) -> str:
        """The report as JSON (``docs/report.schema.json``): one line, the same bytes in every language."""
        return self._text

    def to_dict(self) -> dict[str, Any]:
        """The report as dicts and lists, members named as in JSON. The result is the caller's own."""
        return json.loads(self._text)

    def __bool__(self) -> bool:
        return self.allowed

    def __eq__(self, other: object) -> bool:
        return self._text == other._text if isinstance(other, Report) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> tuple[type[Report], tuple[str]]:
        return type(self), (self._text,)

    def __repr__(self) -> str:
        return f"<Report {self.decision}: {self.message}; {self.reason}>"


def _outcome(members: dict[str, Any]) -> Outcome:
    return Outcome(ReasonCode(members["code"]), members["detail"])
