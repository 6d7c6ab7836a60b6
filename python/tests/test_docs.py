"""The examples in the guide and in the docstrings run."""

import doctest
import importlib
import re

import pytest
from conftest import ROOT, TESTDATA

import dokimos

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def checked(text, name, names):
    """Runs the doctests of a text; how many there were."""
    example = doctest.DocTestParser().get_doctest(text, names, name, name, 0)
    runner = doctest.DocTestRunner()
    output = []
    runner.run(example, out=output.append, clear_globs=False)
    assert runner.failures == 0, "".join(output)
    names.update(example.globs)
    return len(example.examples)


def test_the_guide(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for source, name in [
        ("policies/shop.yaml", "policy.yaml"),
        ("evidence/release.json", "web.json"),
        ("keys/rsa-2048.pem", "release.pem"),
    ]:
        (tmp_path / name).write_bytes((TESTDATA / source).read_bytes())
    text = (ROOT / "docs/python.md").read_text(encoding="utf-8")
    # One conversation: later blocks use the names of earlier ones.
    names, ran = {}, {"python": 0, "pycon": 0}
    for number, (language, code) in enumerate(BLOCK.findall(text)):
        if language == "pycon":
            assert checked(code, f"block {number}", names) > 0
        elif language == "python":
            exec(compile(code, f"docs/python.md, block {number}", "exec"), names)
        else:
            continue
        ran[language] += 1
    assert min(ran.values()) >= 4


@pytest.mark.parametrize("name", ["__doc__", *dokimos.__all__])
def test_the_docstrings(name):
    thing = dokimos if name == "__doc__" else getattr(dokimos, name)
    names = {one: getattr(dokimos, one) for one in dokimos.__all__}
    checked(getattr(thing, "__doc__", "") or "", name, names)
    for member in vars(thing).values() if isinstance(thing, type) else ():
        checked(getattr(member, "__doc__", None) or "", name, dict(names))


def test_some_docstrings_have_examples():
    with_examples = [name for name in dokimos.__all__ if ">>>" in (getattr(dokimos, name).__doc__ or "")]
    assert {"Attestations", "Digest", "ImageReference", "Report"} <= set(with_examples)


def test_the_guide_names_everything():
    text = (ROOT / "docs/python.md").read_text(encoding="utf-8")
    words = set(re.findall(r"\w+", text))
    # What only stands in a report is in its schema.
    inner = {"AttestationReport", "AttestorReport", "BreakGlass", "Outcome", "Problem", "__version__"}
    assert set(dokimos.__all__) - words - inner == set()


def test_modules_have_docstrings():
    for name in ("", "._audit", "._dokimos", "._errors", "._report", ".__main__"):
        assert importlib.import_module(f"dokimos{name}").__doc__
