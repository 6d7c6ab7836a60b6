"""The cases: what is asked, and what the answer must be. Written by hand; `model.py` must come to the same answers."""

from . import evidence_cases, policy_cases, statement_cases


def make():
    return [case for groups in (evidence_cases, policy_cases, statement_cases) for group in groups.make() for case in group]
