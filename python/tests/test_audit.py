"""Decisions on many images."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pandas
import polars
import pyarrow
import pytest
from conftest import AT, CASES, PLACE, TESTDATA, WEB, case_policy, report_text

import dokimos

COLUMNS = ["image", "allowed", "reason", "detail", "rule", "exempted_by", "enforcement", "report", "error"]
TAG, BAD = "registry.example.com/shop/web:1.4", "Foo/bar"


def shared_cases():
    """Cases of one policy and one time that have one document, which a table can hold."""
    cases = [case for case in CASES if case["policy"] == "policies/shop.json" and len(case["attestations"]) == 1]
    cases = [case for case in cases if not case["annotations"] and case["at"] == "2026-06-01T00:00:00Z"]
    assert len(cases) > 50
    return cases


def as_table(cases):
    """The cases as columns."""
    return {
        "image": [case["image"] for case in cases],
        "attestations": [(TESTDATA / case["attestations"][0]).read_text() for case in cases],
        "cluster": [case["cluster"] for case in cases],
        "namespace": [case["namespace"] for case in cases],
        "service_account": [case["serviceAccount"] for case in cases],
        "note": [case["name"] for case in cases],
    }


@pytest.mark.parametrize("make", [pyarrow.table, pandas.DataFrame, polars.DataFrame], ids=lambda make: make.__module__)
@pytest.mark.parametrize("workers", [1, 3, None])
def test_a_table_is_answered_row_by_row(make, workers):
    cases = shared_cases() * 5
    random.Random(7).shuffle(cases)
    policy = case_policy(cases[0])
    found = dokimos.audit(make(as_table(cases)), None, policy, at=AT, workers=workers)
    assert found.column_names == COLUMNS and found.num_rows == len(cases)
    for case, row in zip(cases, found.to_pylist()):
        place = {"cluster": case["cluster"], "namespace": case["namespace"], "service_account": case["serviceAccount"]}
        document = (TESTDATA / case["attestations"][0]).read_bytes()
        report = policy.evaluate(case["image"], document, at=AT, **place)
        assert row == {
            "image": report.image,
            "allowed": report.allowed,
            "reason": report.reason.code.value,
            "detail": report.reason.detail,
            "rule": report.rule,
            "exempted_by": report.exempted_by,
            "enforcement": report.enforcement,
            "report": report.to_json(),
            "error": None,
        }
        assert row["allowed"] == (case["decision"] == "ALLOW") and row["reason"] == case["reason"]


@pytest.mark.parametrize(
    "make",
    [
        list,
        tuple,
        iter,
        lambda images: (dokimos.ImageReference(image) if image is not None and image != BAD else image for image in images),
        pyarrow.array,
        lambda images: pyarrow.chunked_array([images[:1], images[1:]]),
        pandas.Series,
        lambda images: pandas.Series(images, dtype=object),
        polars.Series,
    ],
    ids=["list", "tuple", "iterator", "references", "array", "chunked", "pandas", "objects", "polars"],
)
def test_a_column_of_images_shares_one_set(make, shop, release):
    found = dokimos.audit(make([WEB, TAG, None, BAD]), release, shop, **PLACE)
    assert found["image"].to_pylist() == [WEB, TAG, None, BAD]
    assert found["allowed"].to_pylist() == [True, False, False, False]
    assert found["reason"].to_pylist() == ["ATTESTED", "TAG_REFERENCE", None, "INVALID_REFERENCE"]
    assert found["error"].to_pylist() == [None, None, "there is no image", None]
    assert found["report"][0].as_py() == shop.evaluate(WEB, release, **PLACE).to_json()


def test_attestations_can_be_looked_up(shop, release, tmp_path):
    (tmp_path / "release.json").write_bytes(release)
    (tmp_path / "nonsense.json").write_bytes(b"{")
    store = {WEB: tmp_path / "release.json", TAG: [release], BAD: tmp_path / "nonsense.json"}
    asked = []

    def look_up(image):
        asked.append(image)
        return store[image]

    found = dokimos.audit([WEB, TAG, BAD, None], look_up, shop, **PLACE)
    assert asked == [WEB, TAG, BAD]
    assert found["allowed"].to_pylist() == [True, False, False, False]
    assert "release.json" in found["report"][0].as_py()
    assert found["reason"].to_pylist() == ["ATTESTED", "TAG_REFERENCE", None, None]
    assert found["error"][2].as_py().startswith(f"attestations: {tmp_path / 'nonsense.json'}: ")
    with pytest.raises(KeyError):
        dokimos.audit(["other"], look_up, shop, **PLACE)
    with pytest.raises(TypeError):
        dokimos.audit([WEB], lambda image: 7, shop, **PLACE)


def test_a_document_that_cannot_be_read_allows_nothing_and_stops_nothing(shop, release):
    table = {"image": [WEB] * 4, "attestations": [release.decode(), "{", None, release.decode()]}
    found = dokimos.audit(pyarrow.table(table), None, shop, **PLACE)
    assert found["allowed"].to_pylist() == [True, False, False, True]
    assert found["reason"].to_pylist() == ["ATTESTED", None, "NO_ATTESTATION", "ATTESTED"]
    assert found["error"][1].as_py().startswith("attestations: ") and found["error"].null_count == 3
    assert found["report"][1].as_py() is None
    as_bytes = pyarrow.table(table | {"attestations": pyarrow.array([release, b"{", None, release])})
    assert dokimos.audit(as_bytes, None, shop, **PLACE) == found


def test_more_rows_than_are_held_at_once(shop, release, monkeypatch):
    monkeypatch.setattr("dokimos._audit._SLICE", 100)
    images = [WEB, TAG, BAD] * 250
    expected = [True, False, False] * 250
    for form in (images, pyarrow.table({"image": images}), iter(images)):
        found = dokimos.audit(form, release, shop, **PLACE)
        assert found["image"].to_pylist() == images and found["allowed"].to_pylist() == expected


def test_an_empty_table_has_the_columns_too(shop):
    for images in ([], pyarrow.table({"image": pyarrow.array([], pyarrow.string())})):
        found = dokimos.audit(images, [], shop)
        assert (found.num_rows, found.column_names) == (0, COLUMNS)


def test_reports_are_the_recorded_ones(in_testdata):
    cases = [case for case in CASES if case["policy"] == "policies/shop.json" and not case["annotations"]]
    for case in cases:
        documents = dokimos.Attestations([Path(file) for file in case["attestations"]])
        found = dokimos.audit(
            [case["image"]],
            documents,
            case_policy(case),
            cluster=case["cluster"],
            namespace=case["namespace"],
            service_account=case["serviceAccount"],
            at=AT.fromisoformat(case["at"].replace("Z", "+00:00")),
        )
        assert found["report"][0].as_py() == report_text(case["name"])


def test_mistakes_are_told(shop, release):
    table = pyarrow.table({"image": [WEB], "cluster": ["prod-1"]})
    with pytest.raises(TypeError, match="an iterable of image references"):
        dokimos.audit(WEB, release, shop)
    with pytest.raises(TypeError, match="an image must be a str or an ImageReference, not float"):
        dokimos.audit([WEB, float("nan")], release, shop)
    with pytest.raises(TypeError, match="cluster must be given once"):
        dokimos.audit(table, release, shop, cluster="prod-2")
    with pytest.raises(TypeError, match="attestations are missing"):
        dokimos.audit([WEB], None, shop)
    with pytest.raises(TypeError, match="attestations must be given once"):
        dokimos.audit(table, None, shop)
    with pytest.raises(TypeError, match="attestations must be given once"):
        dokimos.audit(pyarrow.table({"image": [WEB], "attestations": ["[]"]}), release, shop)
    with pytest.raises(ValueError, match="no column image"):
        dokimos.audit(pyarrow.table({"images": [WEB]}), release, shop)
    with pytest.raises(ValueError, match="at has no time zone"):
        dokimos.audit([WEB], release, shop, at=AT.replace(tzinfo=None))
    with pytest.raises(ValueError, match="workers must be at least 1"):
        dokimos.audit([WEB], release, shop, workers=0)


def test_progress_is_shown_when_asked_for(shop, release, capsys):
    dokimos.audit([WEB] * 3, release, shop, **PLACE)
    assert capsys.readouterr() == ("", "")
    dokimos.audit([WEB] * 3, release, shop, progress=True, **PLACE)
    out, err = capsys.readouterr()
    assert out == "" and "audit: 100%" in err and "3/3" in err


@pytest.mark.parametrize(
    "missing, code", [("pyarrow", "ImportError: dokimos.audit needs pyarrow: pip install dokimos[arrow]"), ("tqdm", "1 row")]
)
def test_what_is_not_installed(missing, code):
    script = f"""
import sys
sys.modules[{missing!r}] = None
import dokimos
policy = dokimos.Policy.from_file({str(TESTDATA / "policies/shop.json")!r})
try:
    print(dokimos.audit(["alpine"], [], policy, progress=True).num_rows, "row")
except ImportError as error:
    print("ImportError:", error)
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True)
    assert (done.stdout.strip(), done.returncode) == (code, 0), done.stderr


def test_the_result_goes_into_other_tools(shop, release):
    found = dokimos.audit([WEB, TAG], release, shop, **PLACE)
    assert polars.DataFrame(found).filter(polars.col("allowed"))["image"].to_list() == [WEB]
    assert json.loads(found.to_pandas()["report"][1])["decision"] == "DENY"
