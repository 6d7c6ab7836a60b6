"""One case, with the image, the place and the time that most of them share."""

from .images import WEB_IMAGE

ALLOWING = {"ATTESTED", "ALLOWLISTED", "BREAK_GLASS", "ALWAYS_ALLOW"}
AT = "2026-06-01T00:00:00Z"


def case(name, reason, why, *files, policy="shop", image=WEB_IMAGE, at=AT, decision=None, **context):
    place = {"cluster": "prod-1", "namespace": "default", "serviceAccount": None, "annotations": {}} | context
    return {
        "name": name,
        "policy": policy if isinstance(policy, dict) else f"policies/{policy}.json",
        "attestations": [f"evidence/{file}" for file in files],
        "image": image,
        **place,
        "at": at,
        "decision": decision or ("ALLOW" if reason in ALLOWING else "DENY"),
        "reason": reason,
        "why": why,
    }
