"""Makes the files of testdata/ anew, or with --check compares them with those that are there."""

import argparse
import json
import sys
from pathlib import Path

from . import admission, admission_cases, cases, evidence, keys, model, policies
from .case import ALLOWING
from .documents import document

HERE = Path(__file__).resolve().parent.parent
KEYS = HERE / "evidence" / "keys"
REASONS = (
    set(model.FAILURES)
    | ALLOWING
    | {
        "ALWAYS_DENY",
        "ATTESTOR_NOT_SATISFIED",
        "CONTEXT_INCOMPLETE",
        "INVALID_REFERENCE",
        "LIMIT_REACHED",
        "NO_RULE",
        "TAG_REFERENCE",
    }
)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a file differs")
    check = parser.parse_args().check
    if not check:
        keys.make_missing(KEYS)
    made = {f"evidence/{name}": text for name, text in evidence.make(KEYS).items()}
    values = policies.make(KEYS)
    made |= {f"policies/{name}": text for name, text in policies.files(values).items()}
    listed = cases.make()
    made["cases.json"] = document(listed)
    reviewed, reviews = admission_cases.make()
    made |= reviews | {"admission.json": document(reviewed)}
    problems = wrong_cases(listed, made) + unused(listed, made) + wrong_reviews(reviewed, made)
    problems += differing(made) if check else written(made)
    for problem in problems:
        print(f"testdata: {problem}", file=sys.stderr)
    signed = sum(name.startswith("evidence/") for name in made)
    print(
        f"testdata: {len(listed)} cases, {signed} evidence documents, {len(values)} policies, "
        f"{len(reviewed)} requests for admission, {len(problems)} problems"
    )
    return 1 if problems else 0


def wrong_cases(listed, made):
    """Cases whose answer the model does not give, and reasons that no case has."""
    problems = []
    for case in listed:
        policy = case["policy"] if isinstance(case["policy"], dict) else json.loads(made[case["policy"]])
        answer = model.decide(policy, [made[file] for file in case["attestations"]], case)
        if answer != (case["decision"], case["reason"]):
            problems.append(f"case {case['name']} states {case['decision']} {case['reason']}, the model says {answer}")
    names = [case["name"] for case in listed]
    problems += [f"two cases are named {name}" for name in sorted({name for name in names if names.count(name) > 1})]
    reasons = {case["reason"] for case in listed}
    return problems + [f"reason {reason}: no case, or not known" for reason in sorted(REASONS ^ reasons)]


def wrong_reviews(listed, made):
    """Cases of admission whose answer the model does not give."""
    problems = []
    for case in listed:
        if case["error"]:
            stated = admission.UNANSWERABLE
        elif case["problem"]:
            stated = admission.UNREADABLE
        else:
            stated = (case["images"], case["allowed"], case["message"])
        answer = admission.answer(case, made)
        if answer != stated:
            problems.append(f"case {case['name']} states {stated}, the model says {answer}")
    names = [case["name"] for case in listed]
    return problems + [f"two cases are named {name}" for name in sorted({name for name in names if names.count(name) > 1})]


def unused(listed, made):
    used = {file for case in listed for file in case["attestations"]}
    return [f"{name} is in no case" for name in made if name.startswith("evidence/") and name not in used]


def differing(made):
    problems = []
    for name, text in made.items():
        path = HERE / name
        if not path.is_file() or path.read_text() != text:
            problems.append(f"{name} is not what the maker makes: run testdata/make")
    there = {
        str(path.relative_to(HERE))
        for folder in ("evidence", "policies", "reviews")
        for path in (HERE / folder).iterdir()
        if path.is_file()
    }
    return problems + [f"{name} is not made by the maker" for name in sorted(there - set(made))]


def written(made):
    for name, text in made.items():
        path = HERE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return []


if __name__ == "__main__":
    sys.exit(main())
