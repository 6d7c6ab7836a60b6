"""Cases about what policies ask: requirements, counting, rules, exemptions."""

from .case import case
from .images import ADMIN, HOST, WEB, WEB_DIGEST, WEB_IMAGE
from .policies import BREAK_GLASS, policy


def make():
    return [requirements(), counting(), rules(), exemptions()]


def requirements():
    two = dict(policy="two")
    yield case("two-both", "ATTESTED", "both are there", "release.json", "qa.json", **two)
    yield case("two-in-one", "ATTESTED", "one attestation, signed by both", "release-and-qa.json", **two)
    yield case("two-one", "ATTESTOR_NOT_SATISFIED", "qa did not attest", "release.json", **two)
    yield case(
        "two-one-and-stranger",
        "ATTESTOR_NOT_SATISFIED",
        "a stranger does not speak for qa",
        "release.json",
        "stranger.json",
        **two,
    )
    yield case("two-none", "NO_ATTESTATION", "none of the two", **two)
    yield case("two-stranger", "UNKNOWN_KEY", "only a stranger", "stranger.json", **two)
    yield case(
        "two-bad", "BAD_SIGNATURE", "qa's attestation is there and bad", "release.json", "qa-bit-flipped.json", **two
    )
    yield case("two-forged", "BAD_SIGNATURE", "a stranger under qa's id", "release.json", "stranger-as-qa.json", **two)
    yield case(
        "two-other-digest",
        "DIGEST_MISMATCH",
        "qa attested another version",
        "release.json",
        "qa-other-digest.json",
        **two,
    )
    yield case(
        "two-other-repository",
        "REPOSITORY_MISMATCH",
        "qa attested another repository",
        "release.json",
        "qa-other-repository.json",
        **two,
    )
    nested = dict(policy="nested")
    yield case("nested-first", "ATTESTED", "release and one of the two others", "release.json", "qa.json", **nested)
    yield case(
        "nested-second", "ATTESTED", "release and one of the two others", "security.json", "release.json", **nested
    )
    yield case(
        "nested-bad-and-good",
        "ATTESTED",
        "qa's is bad, security's is enough",
        "release.json",
        "qa-bit-flipped.json",
        "security.json",
        **nested,
    )
    yield case("nested-one", "ATTESTOR_NOT_SATISFIED", "none of the two others", "release.json", **nested)
    yield case("nested-others", "ATTESTOR_NOT_SATISFIED", "release is missing", "qa.json", "security.json", **nested)
    yield case("nested-bad", "BAD_SIGNATURE", "release and a bad one", "release.json", "qa-bit-flipped.json", **nested)
    yield case("any-one", "ATTESTED", "one of the two", "security.json", policy="any")
    yield case("any-other", "NO_ATTESTATION", "attested by one who is not asked", "release.json", policy="any")


def counting():
    three = dict(policy="two-of-three")
    for first, second in [("release", "qa"), ("qa", "security"), ("security", "release")]:
        yield case(f"count-{first}-{second}", "ATTESTED", "two of three", f"{first}.json", f"{second}.json", **three)
    yield case("count-all", "ATTESTED", "three of three", "release.json", "qa.json", "security.json", **three)
    yield case("count-in-one", "ATTESTED", "one attestation, signed by two", "release-and-qa.json", **three)
    yield case("count-one", "ATTESTOR_NOT_SATISFIED", "one of three", "security.json", **three)
    yield case(
        "count-same-twice",
        "ATTESTOR_NOT_SATISFIED",
        "twice the same attestor",
        "release.json",
        "release-gcloud.json",
        **three,
    )
    yield case("count-none", "NO_ATTESTATION", "none of three", **three)
    yield case("count-bad", "BAD_SIGNATURE", "one, and a bad one", "release.json", "qa-bit-flipped.json", **three)
    twins = dict(policy="twins")
    yield case("twins-one", "ATTESTOR_NOT_SATISFIED", "one key under two names counts once", "release.json", **twins)
    yield case(
        "twins-two",
        "ATTESTOR_NOT_SATISFIED",
        "two attestations, and still one key",
        "release.json",
        "twin.json",
        **twins,
    )
    yield case("twins-and-qa", "ATTESTED", "a second key", "twin.json", "qa.json", **twins)
    overlap = dict(policy="overlap")
    yield case(
        "overlap-both",
        "ATTESTED",
        "qa's key counts for the first, release's for the second",
        "release.json",
        "qa.json",
        **overlap,
    )
    yield case(
        "overlap-both-reversed",
        "ATTESTED",
        "the order of attestations does not matter",
        "qa.json",
        "release.json",
        **overlap,
    )
    yield case(
        "overlap-one", "ATTESTOR_NOT_SATISFIED", "one key satisfies both and counts once", "release.json", **overlap
    )
    yield case("overlap-other", "ATTESTOR_NOT_SATISFIED", "the second has no such key", "qa.json", **overlap)


def rules():
    yield case(
        "rule-second-namespace", "ATTESTED", "the second of the rule's namespaces", "release.json", namespace="payments"
    )
    yield case(
        "rule-other-namespace",
        "ALWAYS_DENY",
        "no rule for this namespace, so the default decides",
        "release.json",
        namespace="web",
    )
    yield case(
        "rule-other-cluster", "ALWAYS_DENY", "`prod-*` is not `production-1`", "release.json", cluster="production-1"
    )
    yield case(
        "rule-no-cluster", "CONTEXT_INCOMPLETE", "which rule holds depends on the cluster", "release.json", cluster=None
    )
    yield case(
        "rule-no-namespace",
        "CONTEXT_INCOMPLETE",
        "which rule holds depends on the namespace",
        "release.json",
        namespace=None,
    )
    yield case(
        "rule-quarantine",
        "ALWAYS_DENY",
        "the first rule that matches",
        "release.json",
        image=f"{HOST}/quarantine/a/b@{WEB_DIGEST}",
    )
    for name, image in [
        ("longer-host", f"{HOST}.attacker.example/shop/web@{WEB_DIGEST}"),
        ("longer-host-before", f"evil-{WEB_IMAGE}"),
        ("longer-project", f"{HOST}/shopping/web@{WEB_DIGEST}"),
        ("other-port", f"{HOST}:5000/shop/web@{WEB_DIGEST}"),
        ("inner-host", f"attacker.example/{WEB_IMAGE}"),
    ]:
        yield case(
            f"rule-{name}", "ALWAYS_DENY", "no pattern matches it, so the default decides", "release.json", image=image
        )
    dry = dict(cluster="staging", decision="ALLOW")
    yield case("dry-run-good", "ATTESTED", "attested under a rule that would not block", "release.json", **dry)
    yield case("dry-run-none", "NO_ATTESTATION", "admitted, with the reason that would have denied", **dry)
    yield case(
        "dry-run-bad", "BAD_SIGNATURE", "admitted, with the reason that would have denied", "bit-flipped.json", **dry
    )
    yield case(
        "dry-run-tag", "TAG_REFERENCE", "admitted, with the reason that would have denied", image=f"{WEB}:1.4.2", **dry
    )
    sandbox = dict(cluster="dev", namespace="sandbox")
    yield case("sandbox", "ALWAYS_ALLOW", "anything may run there", image="alpine:3.11", **sandbox)
    yield case("sandbox-quarantine", "ALWAYS_DENY", "an earlier rule", image=f"{HOST}/quarantine/a:1", **sandbox)
    accounts = dict(policy="accounts")
    yield case("account-tester", "ATTESTED", "testers need qa only", "qa.json", serviceAccount="tester", **accounts)
    yield case(
        "account-other", "ATTESTOR_NOT_SATISFIED", "the rule for everyone", "qa.json", serviceAccount="shop", **accounts
    )
    yield case(
        "account-other-namespace",
        "ATTESTOR_NOT_SATISFIED",
        "the rule for everyone",
        "qa.json",
        serviceAccount="tester",
        namespace="web",
        **accounts,
    )
    yield case(
        "no-default",
        "NO_RULE",
        "no rule and no default",
        "release.json",
        policy="no-default",
        image=f"{HOST}/web@{WEB_DIGEST}",
    )
    yield case("no-default-rule", "ATTESTED", "the rule holds all the same", "release.json", policy="no-default")
    admin = f"{ADMIN}@{WEB_DIGEST}"
    yield case(
        "default-requires",
        "ATTESTED",
        "the default asks for an attestation",
        "other-repository.json",
        policy="default-requires",
        image=admin,
    )
    yield case(
        "default-requires-none",
        "NO_ATTESTATION",
        "the default asks for an attestation",
        policy="default-requires",
        image=admin,
    )
    inline = policy([], default={"evaluation": "ALWAYS_ALLOW"})
    del inline["attestors"], inline["breakglass"]
    inline["rules"] = [
        {"name": "frozen", "namespaces": ["frozen"], "evaluation": "ALWAYS_DENY", "enforcement": "BLOCK"}
    ]
    yield case("default-allows", "ALWAYS_ALLOW", "a policy without attestors", policy=inline, image="alpine")
    yield case(
        "default-allows-not-here",
        "ALWAYS_DENY",
        "a rule comes before the default",
        policy=inline,
        image="alpine",
        namespace="frozen",
    )


def exemptions():
    pause = "registry-vpc.cn-hangzhou.aliyuncs.com/acs/pause:3.9"
    yield case("allowlist", "ALLOWLISTED", "a pattern with `*` inside the host", image=pause)
    yield case(
        "allowlist-digest", "ALLOWLISTED", "by digest", image=f"registry.cn-beijing.aliyuncs.com/acs/pause@{WEB_DIGEST}"
    )
    yield case("allowlist-other-host", "ALWAYS_DENY", "`*` does not cross a slash", image=f"attacker.example/{pause}")
    yield case(
        "allowlist-longer-host",
        "ALWAYS_DENY",
        "the host ends as the pattern says",
        image="registry.cn-beijing.aliyuncs.com.attacker.example/acs/pause:3.9",
    )
    yield case(
        "allowlist-deeper",
        "ALWAYS_DENY",
        "`*` does not cross a slash",
        image="registry.cn-beijing.aliyuncs.com/acs/a/pause:3.9",
    )
    yield case("allowlist-tag", "ALLOWLISTED", "a pattern with a tag", image="registry.k8s.io/pause:3.9")
    yield case("allowlist-other-tag", "ALWAYS_DENY", "a pattern with a tag", image="registry.k8s.io/pause:3.10")
    infra = f"{HOST}/infra/agent:7"
    yield case("allowlist-namespace", "ALLOWLISTED", "only in kube-system", image=infra, namespace="kube-system")
    yield case("allowlist-other-namespace", "ALWAYS_DENY", "only in kube-system", image=infra)
    for name, value in [("true", "true"), ("reason", "incident 4711"), ("yes", "yes")]:
        yield case(f"breakglass-{name}", "BREAK_GLASS", "the annotation asks for it", annotations={BREAK_GLASS: value})
    yield case(
        "breakglass-tag",
        "BREAK_GLASS",
        "before everything else",
        image=f"{WEB}:1.4.2",
        annotations={BREAK_GLASS: "true"},
    )
    yield case(
        "breakglass-denied",
        "BREAK_GLASS",
        "before a rule that denies",
        image=f"{HOST}/quarantine/a:1",
        annotations={BREAK_GLASS: "true"},
    )
    yield case(
        "breakglass-allowlisted", "BREAK_GLASS", "before the allowlist", image=pause, annotations={BREAK_GLASS: "true"}
    )
    yield case(
        "breakglass-attested", "BREAK_GLASS", "nothing is verified", "release.json", annotations={BREAK_GLASS: "true"}
    )
    for name, value in [("false", "false"), ("no", "no"), ("zero", "0"), ("empty", "")]:
        yield case(
            f"breakglass-says-{name}", "NO_ATTESTATION", "the annotation says no", annotations={BREAK_GLASS: value}
        )
    yield case("breakglass-other", "NO_ATTESTATION", "another annotation", annotations={BREAK_GLASS + "ed": "true"})
    yield case(
        "breakglass-not-in-policy",
        "NO_ATTESTATION",
        "the policy has no break-glass",
        policy="no-default",
        annotations={BREAK_GLASS: "true"},
    )
