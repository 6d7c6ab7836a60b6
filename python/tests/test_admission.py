"""Requests for admission: the same images and the same answers, byte for byte, as in every other language."""

import json
from datetime import datetime

import pytest
from conftest import AT, TESTDATA, WEB

import dokimos

REQUESTS = json.loads((TESTDATA / "admission.json").read_text())


def review_of(case):
    options = case["options"]
    return dokimos.AdmissionReview(
        (TESTDATA / case["review"]).read_bytes(),
        evaluate_unchanged=options["evaluateUnchanged"],
        omit_status_reason=options["omitStatusReason"],
    )


@pytest.mark.parametrize("case", REQUESTS, ids=lambda case: case["name"])
def test_answer_is_the_recorded_one(case):
    if case["error"]:
        with pytest.raises(dokimos.AdmissionError) as raised:
            review_of(case)
        assert raised.value.code == case["error"]
        return
    review = review_of(case)
    assert [{"place": image.place, "image": image.reference} for image in review.images] == case["images"]
    assert (review.problem and review.problem.code) == case["problem"]
    attestations = dokimos.Attestations()
    for file in case["attestations"]:
        attestations.add((TESTDATA / file).read_bytes(), source=file)
    policy = dokimos.Policy.from_file(TESTDATA / case["policy"])
    at = datetime.fromisoformat(case["at"].replace("Z", "+00:00"))
    response = review.respond(policy, [attestations] * len(review.images), cluster=case["cluster"], at=at)
    recorded = (TESTDATA / "responses" / f"{case['name']}.json").read_text(encoding="utf-8")
    assert response.to_json() + "\n" == recorded
    assert response.allowed == bool(response) == case["allowed"]
    assert len(response.reports) == len(review.images)
    assert [report.image for report in response.reports] == [image.reference for image in review.images]
    assert list(response.warnings) == json.loads(recorded)["response"].get("warnings", [])
    if not case["problem"]:
        assert response.message == case["message"]
        assert not review.refuse("LATE", "no time left")
        assert review.refuse("LATE", "no time left").message == "no time left"
        assert review.admit_undecided("LATE", "no time left")
        assert not review.respond(policy, [attestations] * (len(review.images) + 1), at=at) or not review.images


def test_every_answer_has_a_case():
    answered = {case["name"] for case in REQUESTS if not case["error"]}
    assert {path.stem for path in (TESTDATA / "responses").iterdir()} == answered
    assert len(REQUESTS) >= 110


def pod(**more):
    return json.dumps(
        {
            "apiVersion": "admission.k8s.io/v1",
            "kind": "AdmissionReview",
            "request": {
                "uid": "u",
                "kind": {"group": "", "version": "v1", "kind": "Pod"},
                "name": "web",
                "namespace": "default",
                "operation": "CREATE",
                "userInfo": {"username": "jane"},
                "object": {"spec": {"containers": [{"name": "c", "image": WEB}]}},
            }
            | more,
        }
    )


def test_a_review_says_what_is_asked():
    review = dokimos.AdmissionReview(pod(subResource="ephemeralcontainers"))
    assert (review.uid, review.operation, review.group, review.kind) == ("u", "CREATE", None, "Pod")
    assert (review.namespace, review.name, review.user) == ("default", "web", "jane")
    assert (review.sub_resource, review.service_account, review.problem) == ("ephemeralcontainers", "default", None)
    assert review.images == (dokimos.AdmissionImage(WEB, "spec.containers[0].image", "c"),)


def test_a_review_that_cannot_be_read_says_why(shop):
    review = dokimos.AdmissionReview(pod(object=None))
    assert str(review.problem) == "request.object: it is missing"
    for response in (review.respond(shop, [], at=AT), review.refuse("A", "b"), review.admit_undecided("A", "b")):
        assert not response and response.message == "the request cannot be decided on: request.object: it is missing"


def test_what_was_found_is_told_for_each_image(shop, release):
    review = dokimos.AdmissionReview(pod())
    assert review.respond(shop, [release], cluster="prod-1", at=AT)
    assert review.respond(shop, ([release] for _ in review.images), cluster="prod-1", at=AT)
    assert not review.respond(shop, [[]], cluster="prod-1", at=AT)
    for wrong in (release, dokimos.Attestations([release]), 7):
        with pytest.raises(TypeError, match="attestations must be a list"):
            review.respond(shop, wrong, cluster="prod-1", at=AT)
    with pytest.raises(dokimos.AttestationError):
        review.respond(shop, ["no JSON"], cluster="prod-1", at=AT)
    with pytest.raises(TypeError):
        dokimos.AdmissionReview(7)
