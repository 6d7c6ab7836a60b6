"""Whatever comes in: an answer or an exception of ours, and what is not the real thing is never accepted."""

import json
from datetime import datetime, timezone

from conftest import PLACE, TESTDATA, WEB
from hypothesis import example, given, settings
from hypothesis import strategies as st

import dokimos

SHOP = dokimos.Policy.from_file(TESTDATA / "policies/shop.json")
RELEASE = (TESTDATA / "evidence/release.json").read_bytes()
KEY = (TESTDATA / "keys/rsa-2048.der").read_bytes()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(st.text())
@example("alpine")
def test_a_reference_is_read_or_refused(text):
    try:
        image = dokimos.ImageReference(text)
    except dokimos.ReferenceError as error:
        assert error.code and "\n" not in str(error)
        assert SHOP.evaluate(text, RELEASE, **PLACE).reason.code == "INVALID_REFERENCE"
        return
    assert str(image) == text
    assert dokimos.ImageReference(image.canonical) == image
    assert dokimos.ImageReference(image.canonical).canonical == image.canonical


@given(st.from_regex(r"[a-z0-9]+(\.[a-z0-9]+)?/[a-z0-9]+(/[a-z0-9]+)?(:[a-z0-9]+)?", fullmatch=True))
def test_references_are_ordered_and_hashed_by_their_canonical_form(text):
    one, two = dokimos.ImageReference(text), dokimos.ImageReference("docker.io/library/alpine")
    assert (one < two, one == two) == (one.canonical < two.canonical, one.canonical == two.canonical)
    assert hash(one) == hash(dokimos.ImageReference(one.canonical))


@given(JSON | st.binary() | st.text())
def test_any_document_of_attestations_is_read_or_refused_and_allows_nothing(document):
    form = document if isinstance(document, bytes | str) else json.dumps(document)
    try:
        report = SHOP.evaluate(WEB, form, **PLACE)
    except dokimos.AttestationError as error:
        assert error.code and "\n" not in str(error)
    else:
        assert not report


@given(JSON | st.binary())
def test_any_policy_is_compiled_or_refused(document):
    form = document if isinstance(document, bytes) else json.dumps(document)
    for read in (dokimos.Policy.from_json, dokimos.Policy.from_yaml):
        try:
            read(form)
        except dokimos.PolicyError as error:
            assert error.problems and "\n" not in str(error)


@given(st.integers(0, len(RELEASE) - 1), st.integers(1, 255))
def test_no_change_of_one_byte_makes_evidence_for_another_image(place, flip):
    changed = RELEASE[:place] + bytes([RELEASE[place] ^ flip]) + RELEASE[place + 1 :]
    other = WEB[:-1] + ("0" if WEB[-1] != "0" else "1")
    try:
        assert not SHOP.evaluate(other, changed, **PLACE)
        # For the image itself it is still evidence where only what no signature covers was changed.
        SHOP.evaluate(WEB, changed, **PLACE)
    except dokimos.AttestationError:
        pass


@given(st.binary(max_size=600) | st.integers(0, len(KEY) - 1).map(lambda end: KEY[:end]))
def test_any_key_is_read_or_refused(der):
    try:
        key = dokimos.PublicKey.from_der(der, "RSA_PSS_SHA_256")
    except dokimos.PublicKeyError as error:
        assert error.code
    else:
        assert dokimos.PublicKey.from_der(key.to_der(), "RSA_PSS_SHA_256") == key


@given(st.binary(), st.binary(max_size=300) | st.binary(min_size=256, max_size=256))
def test_any_signature_is_refused(message, signature):
    key = dokimos.PublicKey.from_der(KEY, "RSA_PKCS1_SHA_256")
    assert dokimos.verify_batch([(key, message, signature)]) == [False]


@given(st.datetimes(timezones=st.timezones()))
@settings(max_examples=50)
def test_any_aware_time_is_taken(at):
    whole = at.astimezone(timezone.utc).replace(microsecond=0) if datetime.min.year + 1 < at.year < 9999 else None
    report = SHOP.evaluate(WEB, RELEASE, cluster="prod-1", namespace="default", at=at)
    if whole is not None:
        assert report == SHOP.evaluate(WEB, RELEASE, cluster="prod-1", namespace="default", at=whole)
