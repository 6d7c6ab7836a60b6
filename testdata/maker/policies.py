"""The policies that the cases are decided by."""

import re

import yaml

from . import keys
from .images import HOST

ALGORITHMS = {
    "release": "RSA_PSS_2048_SHA256",
    "qa": "RSA_SIGN_PKCS1_2048_SHA256",
    "security": "RSA_PSS_3072_SHA256",
    # The same algorithms as other systems spell them: Alibaba's key management, kritis.
    "kms": "RSA_PSS_SHA_256",
    "old": "rsa-sign-pkcs1-4096-sha512",
}
DESCRIPTIONS = {
    "release": "release pipeline",
    "qa": "quality assurance",
    "security": "vulnerability review",
    "kms": "key that never leaves the key management service",
    "old": "release pipeline until 2025",
}
SHOP = [f"{HOST}/shop/**"]
BREAK_GLASS = "kritis.grafeas.io/breakglass"


def make(folder):
    """Name → policy, as a value."""
    by = {name: Attestor(folder, name) for name in ALGORITHMS}
    release, qa, security, kms = (by[name].attestor() for name in ["release", "qa", "security", "kms"])
    return {
        "shop": shop(release, qa),
        "two": policy([release, qa], require={"all": ["release", "qa"]}),
        "nested": policy([release, qa, security], require={"all": ["release", {"any": ["qa", "security"]}]}),
        "any": policy([release, qa, security], require={"any": ["qa", "security"]}),
        "two-of-three": policy([release, qa, security], require={"atLeast": 2, "of": ["release", "qa", "security"]}),
        "twins": policy(
            [release, by["release"].attestor("twin", id="release-twin"), qa],
            require={"atLeast": 2, "of": ["release", "twin", "qa"]},
        ),
        # Only one way of giving each attestor a key of its own counts to two.
        "overlap": policy(
            [
                {"name": "first", "identity": "repository", "publicKeys": [by["release"].key(), by["qa"].key()]},
                {"name": "second", "identity": "repository", "publicKeys": [by["release"].key()]},
            ],
            require={"atLeast": 2, "of": ["first", "second"]},
        ),
        "identity-path": policy([by["release"].attestor(identity="path")], require={"all": ["release"]}, images=None),
        "identity-digest": policy([by["release"].attestor(identity="digest")], require={"all": ["release"]}),
        # How cosign 3 signs: PKCS#1 v1.5, and no repository in what is signed.
        "cosign": policy([by["qa"].attestor(identity="digest")], require={"all": ["qa"]}),
        "provenance": policy(
            [by["release"].attestor(types=["https://slsa.dev/provenance/v1", "https://slsa.dev/provenance/v0.2"])],
            require={"all": ["release"]},
        ),
        "signed-or-built": policy(
            [by["release"].attestor(types=["https://slsa.dev/provenance/v1", "https://sigstore.dev/cosign/sign/v1"])],
            require={"all": ["release"]},
        ),
        "rotation": rotation(by),
        "shared-id": policy(
            [
                {
                    "name": "shop",
                    "identity": "repository",
                    "publicKeys": [by["release"].key(id="shop-signing"), by["kms"].key(id="shop-signing")],
                }
            ],
            require={"all": ["shop"]},
        ),
        "kms": policy([kms], require={"all": ["kms"]}),
        "kms-salt": policy([by["kms"].attestor(saltLength=32)], require={"all": ["kms"]}),
        "hub": policy([release], require={"all": ["release"]}, images=["docker.io/library/*"]),
        "accounts": accounts(release, qa),
        "no-default": without(policy([release], require={"all": ["release"]}), "default", "breakglass"),
        "default-requires": without(
            policy([release], default={"evaluation": "REQUIRE_ATTESTATION", "require": {"all": ["release"]}}), "rules"
        ),
    }


def files(policies):
    """File name → text: all as JSON, and two as YAML, as a person writes it."""
    from .documents import document

    made = {f"{name}.json": document(value) for name, value in policies.items()}
    return made | {f"{name}.yaml": as_yaml(policies[name]) for name in ["shop", "rotation"]}


def policy(attestors, require=None, images=SHOP, default=None):
    where = {} if images is None else {"images": images}
    what = {"evaluation": "REQUIRE_ATTESTATION", "require": require, "enforcement": "BLOCK"}
    return {
        "apiVersion": "dokimos.dev/v1",
        "kind": "Policy",
        "attestors": attestors,
        "rules": [{"name": "shop"} | where | what],
        "breakglass": {"annotation": BREAK_GLASS},
        "default": default or {"evaluation": "ALWAYS_DENY"},
    }


def shop(release, qa):
    """The one that most cases use: a rule for each place, an allowlist, break-glass."""
    made = policy([release, qa])
    require = {"evaluation": "REQUIRE_ATTESTATION", "require": {"all": ["release"]}}
    made["allowlist"] = [
        {"pattern": "registry*.*.aliyuncs.com/acs/*"},
        {"pattern": f"{HOST}/infra/*", "namespace": "kube-system"},
        {"pattern": "registry.k8s.io/pause:3.9"},
    ]
    made["rules"] = [
        {
            "name": "quarantine",
            "images": [f"{HOST}/quarantine/**"],
            "evaluation": "ALWAYS_DENY",
            "enforcement": "BLOCK",
        },
        {"name": "production", "clusters": ["prod-*"], "namespaces": ["default", "payments"], "images": SHOP}
        | require
        | {"enforcement": "BLOCK"},
        {"name": "staging", "clusters": ["staging"], "images": SHOP} | require | {"enforcement": "DRY_RUN"},
        {"name": "sandbox", "clusters": ["dev"], "namespaces": ["sandbox"], "evaluation": "ALWAYS_ALLOW"},
    ]
    return ordered(made)


def rotation(by):
    """One attestor whose old key ends a month after its new one begins."""
    attestor = {
        "name": "release",
        "description": "release pipeline, its key changed at the end of 2025",
        "identity": "repository",
        "publicKeys": [
            by["old"].key(validUntil="2026-01-01T00:00:00Z"),
            by["release"].key(validFrom="2025-12-01T00:00:00Z", validUntil="2028-01-01T00:00:00Z"),
        ],
    }
    return policy([attestor], require={"all": ["release"]})


def accounts(release, qa):
    made = policy([release, qa])
    both = {"evaluation": "REQUIRE_ATTESTATION", "require": {"all": ["release", "qa"]}, "enforcement": "BLOCK"}
    made["rules"] = [
        {"name": "testers", "namespaces": ["default"], "serviceAccounts": ["tester"], "images": SHOP}
        | both
        | {"require": {"all": ["qa"]}},
        {"name": "everyone", "images": SHOP} | both,
    ]
    return made


class Attestor:
    def __init__(self, folder, name):
        self.name = name
        self.pem = keys.load(folder, name).pem

    def key(self, **more):
        """One item of `publicKeys`, in the order of the documentation."""
        fields = {"id": keys.GIVEN_IDS.get(self.name), "algorithm": ALGORITHMS[self.name]} | more | {"pem": self.pem}
        return {name: value for name, value in fields.items() if value is not None}

    def attestor(self, name=None, identity="repository", types=None, **more):
        fields = {
            "name": name or self.name,
            "description": DESCRIPTIONS[self.name],
            "identity": identity,
            "predicateTypes": types,
            "publicKeys": [self.key(**more)],
        }
        return {name: value for name, value in fields.items() if value is not None}


def without(policy, *names):
    return {name: value for name, value in policy.items() if name not in names}


def ordered(policy):
    order = ["apiVersion", "kind", "attestors", "allowlist", "rules", "breakglass", "default"]
    return {name: policy[name] for name in order if name in policy}


class Dumper(yaml.SafeDumper):
    def increase_indent(self, flow=False, indentless=False):
        return super().increase_indent(flow, indentless=False)


def block_for_lines(dumper, text):
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


Dumper.add_representer(str, block_for_lines)
# The same value twice is written twice: aliases are for machines.
Dumper.ignore_aliases = lambda self, data: True


def as_yaml(policy):
    text = yaml.dump(policy, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=120)
    # A person writes times without quotes; YAML 1.2 has no type of its own for them.
    text = re.sub(r"'(\d{4}-\d\d-\d\dT[\d:]+Z)'", r"\1", text)
    # As plain strings, the document must be the JSON one.
    assert yaml.load(text, Loader=yaml.BaseLoader) == plain(policy)
    return text


def plain(value):
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else str(value)
