"""Run in an environment that has nothing but the wheel, from the folder `testdata`: asks every shared case once."""

import json
import sys
from datetime import datetime
from importlib.metadata import requires, version
from pathlib import Path

import dokimos

if "site-packages" not in dokimos.__file__:
    sys.exit(f"not the installed package: {dokimos.__file__}")
if version("dokimos") != dokimos.__version__ or any("extra ==" not in need for need in requires("dokimos") or []):
    sys.exit("the wheel's metadata is wrong")

cases = json.loads(Path("cases.json").read_text())
for case in cases:
    policy = case["policy"]
    policy = dokimos.Policy.from_file(policy) if isinstance(policy, str) else dokimos.Policy.from_json(json.dumps(policy))
    report = policy.evaluate(
        case["image"],
        [Path(file) for file in case["attestations"]],
        cluster=case["cluster"],
        namespace=case["namespace"],
        service_account=case["serviceAccount"],
        annotations=case["annotations"],
        at=datetime.fromisoformat(case["at"].replace("Z", "+00:00")),
    )
    if report.to_json() + "\n" != Path(f"reports/{case['name']}.json").read_text(encoding="utf-8"):
        sys.exit(f"another report than the recorded one: {case['name']}")
print(f"{len(cases)} cases, Python {sys.version.split()[0]}, {Path(dokimos.__file__).parent}")
