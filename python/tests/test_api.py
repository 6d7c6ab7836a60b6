"""What a caller can hand over, and what it gets back or is told."""

import base64
import copy
import json
import pickle
from collections import OrderedDict
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from conftest import AT, PLACE, TESTDATA, WEB

import dokimos
from dokimos import Attestations, AttestationError, Digest, DokimosError, ImageReference, Policy, PolicyError

DENY_ALL = '{"apiVersion": "dokimos.dev/v1", "kind": "Policy", "default": {"evaluation": "ALWAYS_DENY"}}'


# Policies


@pytest.mark.parametrize("document", [DENY_ALL, DENY_ALL.encode(), bytearray(DENY_ALL.encode())])
def test_a_policy_is_read_from_text_and_from_bytes(document):
    for read in (Policy.from_json, Policy.from_yaml):
        assert read(document).evaluate("alpine", []).reason.code == "ALWAYS_DENY"
        assert read(memoryview(document.encode() if isinstance(document, str) else document)).attestors == {}


def test_a_policy_file_is_read_by_its_name(tmp_path):
    for name in ("a.json", "b.yaml", "c.yml", "d.JSON"):
        (tmp_path / name).write_text(DENY_ALL)
        for path in (tmp_path / name, str(tmp_path / name)):
            assert not Policy.from_file(path).evaluate("alpine", [])
    (tmp_path / "e.txt").write_text(DENY_ALL)
    with pytest.raises(ValueError, match="must end in"):
        Policy.from_file(tmp_path / "e.txt")
    with pytest.raises(FileNotFoundError) as raised:
        Policy.from_file(tmp_path / "f.json")
    assert raised.value.filename == str(tmp_path / "f.json")


def test_a_bad_policy_is_an_error_with_every_problem():
    document = {
        "apiVersion": "dokimos.dev/v1",
        "kind": "Policy",
        "rules": [{"name": "r", "evaluation": "REQUIRE_ATTESTATION", "require": {"all": ["qa"]}, "colour": 1}],
    }
    with pytest.raises(PolicyError) as raised:
        Policy.from_json(json.dumps(document))
    error = raised.value
    assert isinstance(error, ValueError) and isinstance(error, DokimosError)
    assert {problem.code for problem in error.problems} == {"UNKNOWN_FIELD", "INVALID_VALUE"}
    assert (error.code, error.path) == (error.problems[0].code, error.problems[0].path)
    assert str(error).startswith(f"{error.path}: ") and "(and 1 more)" in str(error)
    assert str(error.problems[0]) == f"{error.path}: {error.problems[0].message}"
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert (str(again), again.code, again.path, again.problems) == (
            str(error),
            error.code,
            error.path,
            error.problems,
        )


@pytest.mark.parametrize("document", [b"", b"{", b"\xff\xfe", b"[]", b"null", '{"apiVersion": 1}', "a: [", "&a [*a]"])
def test_what_is_no_policy_is_an_error(document):
    for read in (Policy.from_json, Policy.from_yaml):
        with pytest.raises(PolicyError) as raised:
            read(document)
        assert raised.value.code and raised.value.problems


@pytest.mark.parametrize("document", [None, 1, {}, [DENY_ALL], Path("policy.json")])
def test_a_policy_of_another_type_is_a_type_error(document):
    with pytest.raises(TypeError, match="document must be str or bytes, not "):
        Policy.from_json(document)


def test_what_a_policy_says_of_itself(shop):
    document = json.loads((TESTDATA / "policies/shop.json").read_text())
    assert shop.attestors == {one["name"]: one.get("description") for one in document["attestors"]}
    assert repr(shop) == f"<Policy: attestors {', '.join(shop.attestors)}>"
    assert shop.break_glass_annotation == document.get("breakglass", {}).get("annotation")
    rotation = Policy.from_file(TESTDATA / "policies/rotation.json")
    late = rotation.warnings(at=datetime(2040, 1, 1, tzinfo=timezone.utc))
    assert late and all(isinstance(problem, dokimos.Problem) for problem in late)
    assert set(late) != set(rotation.warnings(at=AT))


# Attestations


def test_attestations_come_in_every_form(shop, release, tmp_path):
    file = tmp_path / "release.json"
    file.write_bytes(release)
    document = json.loads(release)
    forms = [
        release,
        release.decode(),
        bytearray(release),
        memoryview(release),
        document,
        OrderedDict(document),
        file,
        [release],
        (release,),
        iter([document, file]),
        [b"[]", release],
        Attestations(release),
        Attestations([file]),
    ]
    for form in forms:
        report = shop.evaluate(WEB, form, **PLACE)
        assert report.reason.code == "ATTESTED", (form, report)


def test_reports_name_the_document(shop, tmp_path):
    malformed = b'{"noteName": "x", "attestation": {}}'
    file = tmp_path / "a file.json"
    file.write_bytes(malformed)

    def sources(form):
        report = shop.evaluate(WEB, form, **PLACE)
        return {tried.source for attestor in report.attestors for tried in attestor.attestations}

    assert sources(malformed) == {"document"}
    assert sources([malformed, malformed]) == {"attestations[0]", "attestations[1]"}
    assert sources(file) == sources([file]) == {str(file)}
    named = Attestations()
    assert named.add(malformed, source="store") == 1
    assert named.add(file, source="other") == 1
    assert named.add(file) == 1
    assert sources(named) == {"store", "other", str(file)}


@pytest.mark.parametrize("form", [None, 1, object(), [None], [[b"{}"]], [Attestations()]])
def test_attestations_of_another_type_are_a_type_error(form, shop):
    with pytest.raises(TypeError, match=r"attestations(\[0\])? must be "):
        shop.evaluate(WEB, form, **PLACE)


def test_a_document_that_is_none_is_an_error_with_code_and_place(shop, tmp_path):
    with pytest.raises(AttestationError) as raised:
        shop.evaluate(WEB, [b"[]", b"{nonsense"], **PLACE)
    assert raised.value.code == "SYNTAX" and str(raised.value).startswith("attestations[1]: ")
    with pytest.raises(AttestationError) as raised:
        shop.evaluate(WEB, '{"some": "json"}', **PLACE)
    assert raised.value.code == "UNKNOWN_FORMAT"
    with pytest.raises(AttestationError) as raised:
        shop.evaluate(WEB, {"occurrences": 1}, **PLACE)
    assert (raised.value.code, raised.value.path) == ("WRONG_TYPE", "occurrences")
    assert isinstance(raised.value, ValueError) and isinstance(raised.value, DokimosError)
    again = pickle.loads(pickle.dumps(raised.value))
    assert (str(again), again.code, again.path) == (str(raised.value), "WRONG_TYPE", "occurrences")
    with pytest.raises(FileNotFoundError):
        shop.evaluate(WEB, tmp_path / "none.json", **PLACE)
    with pytest.raises(AttestationError):
        Attestations({"float": float("nan")})


def test_a_failed_document_leaves_the_set_as_it_was(release):
    attestations = Attestations([release])
    with pytest.raises(AttestationError):
        attestations.add(b"nonsense")
    with pytest.raises(AttestationError) as raised:
        attestations.add_detached(b"", b"x")
    assert (raised.value.code, raised.value.path) == ("INVALID_VALUE", "payload")
    assert len(attestations) == 1 and repr(attestations) == "<Attestations: 1>"


def test_a_detached_signature_is_an_attestation(shop, release):
    occurrence = json.loads(release)["attestation"]

    def decode(text):
        return base64.b64decode(text + "=" * (-len(text) % 4))

    payload = decode(occurrence["serializedPayload"])
    signature = decode(occurrence["signatures"][0]["signature"])
    attestations = Attestations()
    attestations.add_detached(payload, signature, source="files")
    report = shop.evaluate(WEB, attestations, **PLACE)
    assert report and report.attestors[0].attestations[0].source == "files"
    forged = Attestations()
    forged.add_detached(payload + b" ", signature)
    assert shop.evaluate(WEB, forged, **PLACE).reason.code == "BAD_SIGNATURE"


# Time and place


def test_the_time_is_exact(release):
    end = datetime(2026, 6, 1, 12, tzinfo=timezone.utc)
    shop = json.loads((TESTDATA / "policies/shop.json").read_text())
    for attestor in shop["attestors"]:
        for key in attestor["publicKeys"]:
            key["validUntil"] = end.isoformat().replace("+00:00", "Z")
    policy = Policy.from_json(json.dumps(shop))

    def code(at):
        return policy.evaluate(WEB, release, cluster="prod-1", namespace="default", at=at).reason.code

    assert code(end - timedelta(microseconds=1)) == "ATTESTED"
    assert code(end) == "KEY_EXPIRED"
    tokyo = timezone(timedelta(hours=9))
    assert code((end - timedelta(microseconds=1)).astimezone(tokyo)) == "ATTESTED"
    assert code(end.astimezone(tokyo)) == "KEY_EXPIRED"


def test_without_a_time_it_is_now(release):
    shop = json.loads((TESTDATA / "policies/shop.json").read_text())
    now = datetime.now(timezone.utc)
    for name, shift, expected in [
        ("validUntil", timedelta(hours=1), "ATTESTED"),
        ("validUntil", -timedelta(hours=1), "KEY_EXPIRED"),
        ("validFrom", -timedelta(hours=1), "ATTESTED"),
        ("validFrom", timedelta(hours=1), "KEY_NOT_YET_VALID"),
    ]:
        for attestor in shop["attestors"]:
            for key in attestor["publicKeys"]:
                key.pop("validUntil", None)
                key.pop("validFrom", None)
                key[name] = (now + shift).strftime("%Y-%m-%dT%H:%M:%SZ")
        report = Policy.from_json(json.dumps(shop)).evaluate(WEB, release, cluster="prod-1", namespace="default")
        assert report.reason.code == expected


def test_a_naive_time_is_an_error(shop, release):
    class Nowhere(type(timezone.utc).__base__):
        def utcoffset(self, moment):
            return None

    for naive in (datetime(2026, 6, 1), datetime(2026, 6, 1, tzinfo=Nowhere())):
        with pytest.raises(ValueError, match="at has no time zone"):
            shop.evaluate(WEB, release, at=naive)
        with pytest.raises(ValueError, match="at has no time zone"):
            shop.warnings(at=naive)
    for other in (1_780_000_000, "2026-06-01T00:00:00Z", AT.date()):
        with pytest.raises(TypeError, match="at must be a datetime"):
            shop.evaluate(WEB, release, at=other)


@pytest.mark.parametrize("at", [datetime.min, datetime.max, datetime(1969, 12, 31, 23, 59, 59, 999999)])
def test_every_time_is_taken(at, shop, release):
    assert shop.evaluate(WEB, release, cluster="prod-1", namespace="default", at=at.replace(tzinfo=timezone.utc))


def test_annotations_are_a_mapping(shop, release):
    with pytest.raises(TypeError, match="annotations must be a mapping"):
        shop.evaluate(WEB, release, annotations=[("a", "b")])
    with pytest.raises(TypeError):
        shop.evaluate(WEB, release, annotations={"a": 1})
    assert shop.evaluate(WEB, release, annotations={}, **PLACE)


def test_the_image_is_text_or_a_reference(shop, release):
    for image in (WEB, ImageReference(WEB)):
        assert shop.evaluate(image, release, **PLACE).image == WEB
    assert shop.evaluate("no reference", release, **PLACE).reason.code == "INVALID_REFERENCE"
    for image in (None, WEB.encode(), Digest(WEB.split("@")[1])):
        with pytest.raises(TypeError, match="image must be str or ImageReference"):
            shop.evaluate(image, release, **PLACE)
    with pytest.raises(UnicodeEncodeError):
        shop.evaluate("\ud800", release, **PLACE)


# Reports


def test_a_report_says_what_its_json_says(shop, release):
    report = shop.evaluate(WEB, release, **PLACE)
    members = json.loads(report.to_json())
    assert report.to_dict() == members
    assert (report.decision, report.message, report.image) == (members["decision"], members["message"], WEB)
    assert (report.rule, report.exempted_by, report.enforcement) == (members["rule"], None, "BLOCK")
    assert report.break_glass is None and not report.dry_run_violation
    assert report.reason == (dokimos.ReasonCode(members["reason"]["code"]), members["reason"]["detail"])
    [attestor] = report.attestors
    assert (attestor.name, attestor.satisfied) == ("release", True)
    [tried] = attestor.attestations
    assert tried.key_id == members["attestors"][0]["attestations"][0]["keyId"]
    assert tried.outcome.code is dokimos.ReasonCode.ATTESTED
    report.to_dict()["decision"] = "changed"
    assert report.decision == "ALLOW"
    assert repr(report) == f"<Report ALLOW: image {WEB} is attested; {report.reason}>"
    assert report == shop.evaluate(WEB, release, **PLACE) == dokimos.Report(report.to_json())
    assert report != shop.evaluate(WEB, [], **PLACE) and report != "x"
    assert len({report, shop.evaluate(WEB, release, **PLACE)}) == 1


def test_the_codes_are_those_of_the_library():
    from dokimos._dokimos import reason_codes

    assert [code.value for code in dokimos.ReasonCode] == [code for code, *_ in reason_codes()]
    for code in dokimos.ReasonCode:
        assert code.allows == (code.number < 200)
        assert code.description.endswith(".") and str(code) == code.value == code
    assert dokimos.ReasonCode.UNKNOWN_KEY.number == 303


def test_a_break_glass_report_names_the_annotation():
    document = json.loads(DENY_ALL) | {"breakglass": {"annotation": "example.com/break"}}
    policy = Policy.from_json(json.dumps(document))
    report = policy.evaluate("alpine", [], annotations={"example.com/break": "outage 7"})
    assert report and report.break_glass == ("example.com/break", "outage 7")
    assert policy.break_glass_annotation == "example.com/break"
    assert not policy.evaluate("alpine", [], annotations={"example.com/break": "false"})


# Values


def test_references_are_values():
    one, two = ImageReference("Index.Docker.io/alpine:3.18"), ImageReference("alpine:3.18")
    assert one == two and hash(one) == hash(two) and one != "alpine:3.18"
    assert str(one) == "Index.Docker.io/alpine:3.18" and one.canonical == "docker.io/library/alpine:3.18"
    assert (one.domain, one.path, one.repository) == ("docker.io", "library/alpine", "docker.io/library/alpine")
    assert (one.tag, one.digest, two.tag) == ("3.18", None, "3.18")
    assert ImageReference(WEB).digest == Digest(WEB.split("@")[1])
    assert sorted([ImageReference("b"), ImageReference("docker.io/a")])[0].path == "library/a"
    assert repr(one) == "ImageReference('Index.Docker.io/alpine:3.18')" and eval(repr(one)) == one


def test_digests_are_values():
    text = WEB.split("@")[1]
    digest = Digest(text)
    assert (str(digest), digest.algorithm, digest.hex) == (text, "sha256", text[7:])
    assert digest == Digest(text) and digest < Digest("sha512:" + "0" * 128) and digest != text
    assert eval(repr(digest)) == digest


@pytest.mark.parametrize(
    "text, code",
    [
        ("", "REFERENCE_EMPTY"),
        ("Foo/bar", "REFERENCE_AMBIGUOUS_DOMAIN"),
        ("alpine:", "REFERENCE_INVALID_TAG"),
        ("alpine@sha256:ab", "DIGEST_WRONG_LENGTH"),
        ("a" * 2000, "REFERENCE_TOO_LONG"),
    ],
)
def test_a_bad_reference_is_an_error_with_a_code(text, code):
    with pytest.raises(dokimos.ReferenceError) as raised:
        ImageReference(text)
    assert raised.value.code == code and isinstance(raised.value, ValueError)
    assert raised.value.path == "" and "\n" not in str(raised.value)


def test_a_bad_digest_is_an_error_with_a_code():
    with pytest.raises(dokimos.ReferenceError) as raised:
        Digest("md5:00")
    assert raised.value.code == "DIGEST_UNSUPPORTED_ALGORITHM"


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_values_survive_pickling(protocol, shop, release):
    key = dokimos.PublicKey.from_pem((TESTDATA / "keys/rsa-2048.pem").read_text(), "RSA_PSS_SHA_256", salt_length=32)
    report = shop.evaluate(WEB, release, **PLACE)
    denied = dokimos.NotAttestedError(shop.evaluate(WEB, [], **PLACE))
    for value in (ImageReference(WEB), Digest(WEB.split("@")[1]), key, report, report.reason, report.attestors):
        again = pickle.loads(pickle.dumps(value, protocol))
        assert again == value and hash(again) == hash(value) and repr(again) == repr(value)
        assert copy.deepcopy(value) == value
    again = pickle.loads(pickle.dumps(key, protocol))
    assert (again.algorithm, again.salt_length) == (key.algorithm, 32)
    error = pickle.loads(pickle.dumps(denied, protocol))
    assert (str(error), error.code, error.report) == (str(denied), "NO_ATTESTATION", denied.report)
    for policy in (shop, Policy.from_file(TESTDATA / "policies/shop.yaml")):
        again = pickle.loads(pickle.dumps(policy, protocol))
        assert again.evaluate(WEB, release, **PLACE) == report
    with pytest.raises(TypeError, match="pickle"):
        pickle.dumps(Attestations(), protocol)


def test_values_cannot_be_changed(shop, release):
    for value in (ImageReference(WEB), shop, shop.evaluate(WEB, release, **PLACE).reason):
        with pytest.raises((AttributeError, TypeError)):
            value.path = "other"


def test_names_are_the_packages_own():
    for name in dokimos.__all__:
        thing = getattr(dokimos, name)
        if isinstance(thing, type):
            assert thing.__module__ == "dokimos", name
        if name != "__version__":
            assert thing.__doc__, name
    cargo = (TESTDATA.parent / "Cargo.toml").read_text()
    assert f'version = "{dokimos.__version__}"' in cargo
