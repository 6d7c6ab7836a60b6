"""Requests for admission, written by hand after the Kubernetes API documentation, and what must be answered."""

import json

from .case import AT
from .documents import document
from .images import HOST, WEB_IMAGE
from .policies import BREAK_GLASS

UID = "705ab4f5-6393-11e8-b7cc-42010a800002"
TAGGED = f"{HOST}/shop/web:1.4"
INIT = f"{HOST}/shop/init:2"
DEBUG = "busybox:1.36"
WEIGHTS = f"{HOST}/shop/weights:7"
# Group, kind, resource, and where the template of the Pods is.
KINDS = [
    ("", "Pod", "pods", ""),
    ("", "PodTemplate", "podtemplates", "template"),
    ("", "ReplicationController", "replicationcontrollers", "spec.template"),
    ("apps", "ReplicaSet", "replicasets", "spec.template"),
    ("apps", "Deployment", "deployments", "spec.template"),
    ("apps", "StatefulSet", "statefulsets", "spec.template"),
    ("apps", "DaemonSet", "daemonsets", "spec.template"),
    ("batch", "Job", "jobs", "spec.template"),
    ("batch", "CronJob", "cronjobs", "spec.jobTemplate.spec.template"),
]
ROLLOUT = ("argoproj.io", "Rollout", "rollouts", "spec.template")
POD, DEPLOYMENT, CRON_JOB = KINDS[0], KINDS[4], KINDS[8]
RELEASE = ["evidence/release.json"]


def make():
    """The cases, and the requests by file."""
    listed, files = [], {}
    for group in (kinds(), updates(), places(), others(), words(), unreadable(), unanswerable()):
        for case, text in group:
            files[case["review"]] = text
            listed.append(case)
    return listed, files


def case(name, why, review, images=(), allowed=None, message="", problem=None, error=None, **more):
    """One case. `images` are pairs of place and reference; what is denied is what `message` names."""
    options = {"evaluateUnchanged": False, "omitStatusReason": False} | more.pop("options", {})
    place = {"policy": "policies/shop.json", "attestations": RELEASE, "cluster": "prod-1", "at": AT} | more
    denied = bool(message or problem or error)
    listed = {
        "name": name,
        "review": f"reviews/{name}.json",
        **place,
        "options": options,
        "images": [{"place": place, "image": image} for place, image in images],
        "allowed": not denied if allowed is None else allowed,
        "message": message,
        "problem": problem,
        "error": error,
        "why": why,
    }
    return listed, review if isinstance(review, str) else document(review)


def denied(*images):
    return "\n".join(f"image {image} is not attested" for image in images)


def request(operation, kind, object=None, old=None, **more):
    group, name, resource, _ = kind
    version = {"": "v1", "argoproj.io": "v1alpha1"}.get(group, "v1")
    asked = {
        "uid": UID,
        "kind": {"group": group, "version": version, "kind": name},
        "resource": {"group": group, "version": version, "resource": resource},
        "requestKind": {"group": group, "version": version, "kind": name},
        "requestResource": {"group": group, "version": version, "resource": resource},
        "name": "web",
        "namespace": "default",
        "operation": operation,
        "userInfo": {"username": "jane", "uid": "014fbff9a07c", "groups": ["system:authenticated"]},
        "object": object,
        "oldObject": old,
        "dryRun": False,
        "options": {"apiVersion": "meta.k8s.io/v1", "kind": f"{operation.capitalize()}Options"},
    }
    review = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": asked | more}
    review["request"] = {name: value for name, value in review["request"].items() if value is not ...}
    return review


def object(kind, spec, template=None, **metadata):
    """An object of the kind, whose Pods have the specification; `template` is more of the template's metadata."""
    group, name, _, path = kind
    inner = {"metadata": {"labels": {"app": "web"}} | (template or {}), "spec": spec}
    for step in reversed(path.split(".") if path else []):
        inner = {step: inner}
    if name == "CronJob":
        inner["spec"] = {"schedule": "*/5 * * * *"} | inner["spec"]
    elif path.startswith("spec") and name not in ("Job",):
        inner["spec"] = {"replicas": 1, "selector": {"matchLabels": {"app": "web"}}} | inner["spec"]
    version = {"": "v1", "argoproj.io": "argoproj.io/v1alpha1"}.get(group, f"{group}/v1")
    own = {"name": "web", "namespace": "default", "uid": "b7f3a1d2"} | metadata
    return {"apiVersion": version, "kind": name, "metadata": own} | {k: v for k, v in inner.items() if k != "metadata"}


def spec(*images, **more):
    """The specification of a Pod with containers `web`, `web-1`, …"""
    names = ["web"] + [f"web-{index}" for index in range(1, len(images))]
    containers = [container(name, image) for name, image in zip(names, images)]
    return {"containers": containers, "restartPolicy": "Always", "serviceAccountName": "web"} | more


def container(name, image):
    return {"name": name, "image": image, "imagePullPolicy": "IfNotPresent", "resources": {}}


def at(kind, rest):
    return f"{kind[3]}.{rest}" if kind[3] else rest


def kinds():
    for kind in KINDS:
        name = kind[1].lower()
        everywhere = spec(
            WEB_IMAGE,
            initContainers=[container("init", INIT)],
            ephemeralContainers=[container("debug", DEBUG)],
            volumes=[{"name": "tmp", "emptyDir": {}}, {"name": "model", "image": {"reference": WEIGHTS}}],
        )
        found = [
            (at(kind, "spec.initContainers[0].image"), INIT),
            (at(kind, "spec.containers[0].image"), WEB_IMAGE),
            (at(kind, "spec.ephemeralContainers[0].image"), DEBUG),
            (at(kind, "spec.volumes[1].image.reference"), WEIGHTS),
        ]
        good = spec(WEB_IMAGE)
        yield case(
            f"{name}-create-attested",
            "its one image is attested",
            request("CREATE", kind, object(kind, good)),
            [(at(kind, "spec.containers[0].image"), WEB_IMAGE)],
        )
        yield case(
            f"{name}-create",
            "each of the other places has an image that is not attested",
            request("CREATE", kind, object(kind, everywhere)),
            found,
            message=denied(INIT, DEBUG, WEIGHTS),
        )
        yield case(
            f"{name}-update",
            "what was not there before is decided on",
            request("UPDATE", kind, object(kind, everywhere), object(kind, good)),
            [found[0], *found[2:]],
            message=denied(INIT, DEBUG, WEIGHTS),
        )
        yield case(
            f"{name}-unchanged",
            "the images were there before",
            request("UPDATE", kind, object(kind, everywhere, labels={"a": "b"}), object(kind, everywhere)),
        )
        yield case(
            f"{name}-delete", "nothing begins to run", request("DELETE", kind, None, object(kind, everywhere))
        )


def updates():
    def of(name, why, before, after, images=(), kind=DEPLOYMENT, more=None, **expected):
        old = before if before is None or "kind" in before else object(kind, before)
        review = request("UPDATE", kind, object(kind, after), old, **(more or {}))
        return case(f"update-{name}", why, review, images, **expected)

    first = [("spec.template.spec.containers[0].image", TAGGED)]
    tagged = denied(TAGGED)
    yield of("set-image", "kubectl set image", spec(WEB_IMAGE), spec(TAGGED), first, message=tagged)
    yield of("attested", "to an image that is attested", spec(TAGGED), spec(WEB_IMAGE), [(first[0][0], WEB_IMAGE)])
    turned = spec("a:1", "b:1")
    turned["containers"].reverse()
    yield of("reorder", "the order of the containers says nothing", spec("a:1", "b:1"), turned)
    exchanged = spec("b:1", "a:1")
    found = [(f"spec.template.spec.containers[{index}].image", image) for index, image in enumerate(["b:1", "a:1"])]
    yield of("exchange", "each image is in another container", spec("a:1", "b:1"), exchanged, found, message=denied("b:1", "a:1"))
    renamed = spec(TAGGED)
    renamed["containers"][0]["name"] = "other"
    yield of("rename", "another name is another container", spec(TAGGED), renamed, first, message=tagged)
    before = spec(WEB_IMAGE, initContainers=[container("init", TAGGED)])
    moved = spec(WEB_IMAGE)
    moved["containers"].append(container("init", TAGGED))
    found = [("spec.template.spec.containers[1].image", TAGGED)]
    yield of("from-init", "what ran once is now to run on", before, moved, found, message=tagged)
    yield of("old-missing", "without the old object, every image is new", None, spec(TAGGED), first, message=tagged)
    yield of("old-unreadable", "nothing is excused by it", spec(TAGGED) | {"containers": 5}, spec(TAGGED), first, message=tagged)
    other = object(KINDS[5], spec(TAGGED))
    yield of("old-other-kind", "nothing is excused by another object", other, spec(TAGGED), first, message=tagged)
    other = object(DEPLOYMENT, spec(TAGGED, serviceAccountName="builder"))
    yield of("account", "rules can be chosen by the account", other, spec(TAGGED), first, message=tagged)
    every = {"evaluateUnchanged": True}
    yield of("evaluate-unchanged", "the option", spec(TAGGED), spec(TAGGED), first, options=every, message=tagged)
    debug = spec(TAGGED, ephemeralContainers=[container("debugger", DEBUG)])
    found = [("spec.ephemeralContainers[0].image", DEBUG)]
    ephemeral = {"subResource": "ephemeralcontainers", "requestSubResource": "ephemeralcontainers"}
    yield of("debug", "kubectl debug", spec(TAGGED), debug, found, POD, ephemeral, message=denied(DEBUG))
    yield case(
        "create-with-old",
        "what comes with a CREATE was not there before",
        request("CREATE", DEPLOYMENT, object(DEPLOYMENT, spec(TAGGED)), object(DEPLOYMENT, spec(TAGGED))),
        first,
        message=tagged,
    )


def places():
    found, tagged = [("spec.containers[0].image", WEB_IMAGE)], [("spec.containers[0].image", TAGGED)]
    pod = object(POD, spec(WEB_IMAGE), namespace="sandbox")
    yield case(
        "namespace-of-the-request",
        "the object says another one, which the cluster's rule lets everything run in",
        request("CREATE", POD, object(POD, spec(TAGGED), namespace="sandbox")),
        tagged,
        message=denied(TAGGED),
        cluster="dev",
    )
    yield case(
        "no-namespace",
        "the rules depend on one",
        request("CREATE", POD, pod, namespace=...),
        found,
        message=denied(WEB_IMAGE),
    )
    yield case("other-cluster", "no rule for it", request("CREATE", POD, pod), found, message=denied(WEB_IMAGE), cluster="x")
    yield case("no-cluster", "the rules depend on one", request("CREATE", POD, pod), found, message=denied(WEB_IMAGE), cluster=None)
    owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "uid": "d9607e19", "controller": True}
    yield case(
        "owner",
        "an owner does not vouch for anything",
        request("CREATE", POD, object(POD, spec(TAGGED), ownerReferences=[owner]), name=""),
        tagged,
        message=denied(TAGGED),
    )
    accounts = {"policy": "policies/accounts.json", "attestations": ["evidence/qa.json"]}
    tester = request("CREATE", POD, object(POD, spec(WEB_IMAGE, serviceAccountName="tester")))
    yield case("account", "for testers qa is enough", tester, found, **accounts)
    old = spec(WEB_IMAGE, serviceAccount="tester")
    del old["serviceAccountName"]
    yield case("account-old-name", "the old name of the field", request("CREATE", POD, object(POD, old)), found, **accounts)
    both = request("CREATE", POD, object(POD, spec(WEB_IMAGE, serviceAccount="tester")))
    yield case("account-both-names", "the new name of the field wins", both, found, message=denied(WEB_IMAGE), **accounts)
    none = spec(WEB_IMAGE, serviceAccountName="")
    none = request("CREATE", POD, object(POD, none))
    yield case("account-default", "it runs as default", none, found, message=denied(WEB_IMAGE), **accounts)
    rollout = spec(WEB_IMAGE)
    del rollout["serviceAccountName"]
    rollout = request("CREATE", ROLLOUT, object(ROLLOUT, rollout))
    found = [("spec.template.spec.containers[0].image", WEB_IMAGE)]
    yield case("account-unknown", "an operator may fill it in", rollout, found, message=denied(WEB_IMAGE), **accounts)
    yield case(
        "staging",
        "a dry run admits what is not attested",
        request("CREATE", DEPLOYMENT, object(DEPLOYMENT, spec(TAGGED, WEB_IMAGE))),
        [("spec.template.spec.containers[0].image", TAGGED), ("spec.template.spec.containers[1].image", WEB_IMAGE)],
        cluster="staging",
    )
    yield case(
        "staging-and-denied",
        "the dry run of one image does not admit another",
        request("CREATE", POD, object(POD, spec(TAGGED, "alpine:3.11"))),
        [("spec.containers[0].image", TAGGED), ("spec.containers[1].image", "alpine:3.11")],
        message=denied("alpine:3.11"),
        cluster="staging",
    )
    exempted = "registry.cn-hangzhou.aliyuncs.com/acs/pause:3.5"
    yield case("allowlist", "exempted", request("CREATE", POD, object(POD, spec(exempted))), [(tagged[0][0], exempted)])


def others():
    map = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web"}, "data": {"image": "x", "containers": "[]"}}
    yield case("configmap", "it runs nothing", request("CREATE", ("", "ConfigMap", "configmaps", ""), map))
    scale = {"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {"name": "web"}, "spec": {"replicas": 3}}
    review = request("UPDATE", DEPLOYMENT, scale, scale, subResource="scale")
    review["request"]["kind"] = {"group": "autoscaling", "version": "v1", "kind": "Scale"}
    yield case("scale", "only a number changes", review)
    options = {"apiVersion": "v1", "kind": "PodExecOptions", "stdin": True, "container": "web", "command": ["sh"]}
    review = request("CONNECT", POD, options, subResource="exec")
    review["request"]["kind"]["kind"] = "PodExecOptions"
    yield case("exec", "nothing new begins to run", review)
    rollout = object(ROLLOUT, spec(WEB_IMAGE, TAGGED))
    found = [(f"spec.template.spec.containers[{index}].image", image) for index, image in enumerate([WEB_IMAGE, TAGGED])]
    yield case("rollout", "a kind that is not known, by its shape", request("CREATE", ROLLOUT, rollout), found, message=denied(TAGGED))
    yield case(
        "rollout-update",
        "compared place by place",
        request("UPDATE", ROLLOUT, rollout, object(ROLLOUT, spec(WEB_IMAGE, DEBUG))),
        [found[1]],
        message=denied(TAGGED),
    )
    prometheus = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "Prometheus",
        "metadata": {"name": "k8s"},
        "spec": {"replicas": 2, "containers": [{"name": "prometheus", "resources": {}}]},
        "status": {"containers": [{"name": "x", "image": "described"}]},
    }
    kind = ("monitoring.coreos.com", "Prometheus", "prometheuses", "")
    yield case("overlay", "containers without images, laid over an operator's", request("CREATE", kind, prometheus))


def words():
    annotated = {"annotations": {BREAK_GLASS: "true"}}
    found = [("spec.template.spec.containers[0].image", "alpine:3.11")]
    for name, value in [("true", "true"), ("reason", "incident 4711"), ("false", "false"), ("empty", "")]:
        review = request("CREATE", DEPLOYMENT, object(DEPLOYMENT, spec("alpine:3.11"), annotations={BREAK_GLASS: value}))
        message = "" if name in ("true", "reason") else denied("alpine:3.11")
        yield case(f"breakglass-{name}", "by what the annotation says", review, found, message=message)
    review = request("CREATE", DEPLOYMENT, object(DEPLOYMENT, spec("alpine:3.11"), template=annotated))
    yield case("breakglass-template", "on the template of its Pods", review, found)
    refused = object(DEPLOYMENT, spec("alpine:3.11"), template=annotated, annotations={BREAK_GLASS: "false"})
    review = request("CREATE", DEPLOYMENT, refused)
    yield case("breakglass-refused", "the object's own word comes first", review, found, message=denied("alpine:3.11"))
    review = request("CREATE", POD, object(POD, spec(None), **annotated))
    yield case("breakglass-unreadable", "it opens no door to what cannot be read", review, problem="MISSING_FIELD")
    guide = request("CREATE", DEPLOYMENT, object(DEPLOYMENT, spec("alpine:3.11")))
    yield case("guide", "kubectl create deployment not-sign --image=alpine:3.11", guide, found, message=denied("alpine:3.11"))
    yield case(
        "guide-plain",
        "as the original webhook answers, without a reason for kubectl",
        guide,
        found,
        options={"omitStatusReason": True},
        message=denied("alpine:3.11"),
    )
    odd = ["<script>alert(1)</script>", " alpine ", "alpine", "café", "alpine"]
    review = request("CREATE", POD, object(POD, spec(*odd)))
    found = [(f"spec.containers[{index}].image", image) for index, image in enumerate(odd)]
    yield case("odd-names", "in order, each once", review, found, message=denied(*dict.fromkeys(odd)))


def unreadable():
    def pod(name, why, problem, **changes):
        return case(f"unreadable-{name}", why, request("CREATE", POD, object(POD, spec(WEB_IMAGE) | changes)), problem=problem)

    yield pod("no-containers", "a Pod has containers", "MISSING_FIELD", containers=[])
    yield pod("containers-null", "null is absent", "MISSING_FIELD", containers=None)
    yield pod("containers-object", "no list", "WRONG_TYPE", containers={"name": "web", "image": WEB_IMAGE})
    yield pod("container-null", "no container", "WRONG_TYPE", containers=[None])
    yield pod("image-empty", "no image", "MISSING_FIELD", initContainers=[container("init", "")])
    yield pod("image-number", "no text", "WRONG_TYPE", ephemeralContainers=[container("debug", 5)])
    yield pod("image-other-case", "names are matched to the letter", "MISSING_FIELD", containers=[{"name": "web", "Image": WEB_IMAGE}])
    yield pod("volume-empty", "no reference", "MISSING_FIELD", volumes=[{"name": "v", "image": {}}])
    yield pod("account-number", "no text", "WRONG_TYPE", serviceAccountName=5)
    yield case("unreadable-no-spec", "no Pod", request("CREATE", CRON_JOB, object(CRON_JOB, None)), problem="MISSING_FIELD")
    yield case("unreadable-no-object", "nothing to read", request("CREATE", POD), problem="MISSING_FIELD")
    kinds = request("CREATE", ("", "ConfigMap", "configmaps", ""), object(POD, spec(TAGGED)))
    yield case("unreadable-other-kind", "the request is for another kind", kinds, problem="INVALID_VALUE")
    good = request("CREATE", POD, object(POD, spec(WEB_IMAGE)))
    good["request"]["operation"] = "PATCH"
    yield case("unreadable-operation", "no such operation", good, problem="INVALID_VALUE")
    text = document(request("CREATE", POD, object(POD, spec(WEB_IMAGE))))
    twice = text.replace('"image":', f'"image": "{TAGGED}", "image":', 1)
    yield case("unreadable-twice", "two readers could take two images", twice, problem="DUPLICATE_FIELD")
    deep = text.replace('"resources": {}', '"resources": ' + 40 * "[" + 40 * "]", 1)
    yield case("unreadable-deep", "nested too deep", deep, problem="LIMIT_REACHED")
    deleted = deep.replace('"CREATE"', '"DELETE"')
    yield case("delete-deep", "nothing begins to run, whatever the object holds", deleted)
    many = request("CREATE", POD, object(POD, spec(*["a"] * 257)))
    yield case("unreadable-many", "too many images", json.dumps(many), problem="LIMIT_REACHED")


def unanswerable():
    good = request("CREATE", POD, object(POD, spec(WEB_IMAGE)))
    yield case("error-not-json", "no JSON", "AdmissionReview", error="SYNTAX")
    yield case("error-two", "two documents", document(good) + "{}\n", error="SYNTAX")
    yield case("error-beta", "another version", good | {"apiVersion": "admission.k8s.io/v1beta1"}, error="UNKNOWN_FORMAT")
    yield case("error-pod", "no review", object(POD, spec(WEB_IMAGE)), error="UNKNOWN_FORMAT")
    yield case("error-no-request", "nothing is asked", good | {"request": None}, error="MISSING_FIELD")
    yield case("error-no-uid", "no id to answer to", request("CREATE", POD, object(POD, spec(WEB_IMAGE)), uid=...), error="MISSING_FIELD")
    twice = document(good).replace('"uid":', '"uid": "x", "uid":', 1)
    yield case("error-uid-twice", "which id to answer to", twice, error="DUPLICATE_FIELD")
