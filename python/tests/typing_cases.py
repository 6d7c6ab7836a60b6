"""What type checkers must make of the package: checked, never run. A comment that ignores nothing is an error too."""

from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Literal

from typing_extensions import assert_type

import dokimos

policy = dokimos.Policy.from_file(Path("policy.yaml"))
assert_type(policy, dokimos.Policy)
now = datetime.now(timezone.utc)

report = policy.evaluate("alpine", b"[]", cluster="prod-1", namespace=None, annotations={"a": "b"}, at=now)
assert_type(report, dokimos.Report)
assert_type(report.decision, Literal["ALLOW", "DENY"])
assert_type(report.allowed, bool)
assert_type(report.reason.code, dokimos.ReasonCode)
assert_type(report.attestors[0].attestations[0].key_id, str | None)
assert_type(report.break_glass, dokimos.BreakGlass | None)
assert_type(report.to_json(), str)
assert_type(report.to_dict(), dict[str, Any])

policy.verify(dokimos.ImageReference("alpine"), ["[]", b"[]", {"occurrences": []}, Path("a.json")])
policy.evaluate("alpine", dokimos.Attestations())
policy.evaluate("alpine", 7)  # type: ignore
policy.evaluate(b"alpine", [])  # type: ignore
policy.evaluate("alpine", [], "prod-1")  # type: ignore
policy.evaluate("alpine", [], at="2026-06-01T00:00:00Z")  # type: ignore

review = dokimos.AdmissionReview(b"{}", evaluate_unchanged=True)
assert_type(review.images, tuple[dokimos.AdmissionImage, ...])
assert_type(review.images[0].place, str)
response = review.respond(policy, [["[]"], b"[]"], cluster="prod-1", at=now)
assert_type(response.reports, tuple[dokimos.Report, ...])
assert_type(review.refuse("CODE", "message").to_json(), str)
review.respond(policy, 7)  # type: ignore
dokimos.AdmissionReview(b"{}", True)  # type: ignore

image = dokimos.ImageReference("alpine")
assert_type(image.digest, dokimos.Digest | None)
assert_type(sorted([image, image]), list[dokimos.ImageReference])
image.tag = "3"  # type: ignore
image < dokimos.Digest("sha256:00")  # type: ignore

key = dokimos.PublicKey.from_pem("", "RSA_PSS_SHA_256", salt_length=32)
assert_type(key.fingerprint, bytes)
assert_type(dokimos.verify_batch([(key, b"message", b"signature")]), list[bool])
assert_type(dokimos.verify_signature(key, b"message", b"signature"), None)
dokimos.verify_batch([(b"key", b"message", b"signature")])  # type: ignore

dokimos.audit(["alpine", image, None], lambda name: f"/store/{name}.json", policy, progress=True)
dokimos.audit([], [], policy, 1)  # type: ignore

try:
    policy.verify("alpine", [])
except dokimos.NotAttestedError as error:
    assert_type(error.report, dokimos.Report)
except dokimos.PolicyError as error:
    assert_type(error.problems, tuple[dokimos.Problem, ...])
except dokimos.DokimosError as error:
    assert_type(error.code, str)
