"""What is in a request for admission, once more, to check what the cases state. It shares no code with dokimos."""

import json

from . import model

UNREADABLE, UNANSWERABLE = "unreadable", "unanswerable"
LISTS = ["initContainers", "containers", "ephemeralContainers"]
WORKLOADS = {
    ("", "Pod"): [],
    ("", "PodTemplate"): ["template"],
    ("batch", "CronJob"): ["spec", "jobTemplate", "spec", "template"],
    ("", "ReplicationController"): ["spec", "template"],
    ("batch", "Job"): ["spec", "template"],
} | {("apps", kind): ["spec", "template"] for kind in ("ReplicaSet", "Deployment", "StatefulSet", "DaemonSet")}


class Unreadable(Exception):
    pass


def answer(case, made):
    """What the case states: images, allowed, message, and whether it can be read or answered at all."""
    text = made[case["review"]]
    try:
        review = json.loads(text, object_pairs_hook=once)
        depth(review)
    except Unreadable:
        return outside(text)
    except ValueError:
        return UNANSWERABLE
    if (review.get("apiVersion"), review.get("kind")) != ("admission.k8s.io/v1", "AdmissionReview"):
        return UNANSWERABLE
    request = review["request"]
    if not request or not request.get("uid"):
        return UNANSWERABLE
    if request["operation"] in ("DELETE", "CONNECT"):
        return [], True, ""
    try:
        return decided(case, request, made)
    except Unreadable:
        return UNREADABLE


def outside(text):
    """What of a request can be told whose JSON is bad: by the text around it, as the maker indents it."""
    if text.count('\n    "uid": ') + text.count(', "uid": "705ab') != 1 or '"uid": "x"' in text:
        return UNANSWERABLE
    return ([], True, "") if '"operation": "DELETE"' in text else UNREADABLE


def once(members):
    if len(dict(members)) != len(members):
        raise Unreadable
    return dict(members)


def depth(value, left=32):
    if isinstance(value, (dict, list)):
        if left == 0:
            raise Unreadable
        for item in value.values() if isinstance(value, dict) else value:
            depth(item, left - 1)


def decided(case, request, made):
    demand(request["operation"] in ("CREATE", "UPDATE"))
    new, old = request["object"], request.get("oldObject")
    demand(isinstance(new, dict) and new["kind"] == request["kind"]["kind"])
    compared = request["operation"] == "UPDATE" and not case["options"]["evaluateUnchanged"]
    before = []
    if compared and isinstance(old, dict) and (old["kind"], old["apiVersion"]) == (new["kind"], new["apiVersion"]):
        try:
            demand(metadata(request, new)[1] == metadata(request, old)[1])
            before = [(where, name, image) for _, where, name, image in images(request, old)]
        except Unreadable:
            before = []
    found = images(request, new)
    demand(len(found) <= 256)
    found = [(place, image) for place, where, name, image in found if (where, name, image) not in before]
    demand(all(image for _, image in found))
    policy = json.loads(made[case["policy"]])
    documents = [made[file] for file in case["attestations"]]
    annotations, account = metadata(request, new)
    place = {name: case[name] for name in ("cluster", "at")}
    place |= {"namespace": request.get("namespace"), "serviceAccount": account, "annotations": annotations}
    lines = []
    for _, image in found:
        verdict, _ = model.decide(policy, documents, place | {"image": image})
        line = f"image {image} is not attested"
        if verdict == "DENY" and line not in lines:
            lines.append(line)
    return [{"place": place, "image": image} for place, image in found], not lines, "\n".join(lines)


def images(request, object):
    """Place, list, name and image of everything in the object that runs one."""
    path = WORKLOADS.get((request["kind"]["group"], request["kind"]["kind"]))
    if path is None:
        inner = {name: value for name, value in object.items() if name not in ("metadata", "status")}
        return [found for prefix, spec in shapes(inner, "") for found in of_spec(spec, prefix) if found[3]]
    for step in [*path, "spec"]:
        object = object.get(step)
        demand(isinstance(object, dict))
    demand(object.get("containers"))
    demand(isinstance(object.get("serviceAccountName") or "", str))
    return of_spec(object, "".join(f"{step}." for step in [*path, "spec"]))


def shapes(value, prefix):
    if isinstance(value, dict):
        if any(isinstance(value.get(name), list) for name in LISTS):
            yield prefix, value
        for name, item in value.items():
            yield from shapes(item, f"{prefix}{name}.")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from shapes(item, f"{prefix[:-1]}[{index}].")


def of_spec(spec, prefix):
    found = []
    for list_name in [*LISTS, "volumes"]:
        items = spec.get(list_name) or []
        demand(isinstance(items, list))
        for index, item in enumerate(items):
            demand(isinstance(item, dict))
            member, holder = "image", item
            if list_name == "volumes":
                if item.get("image") is None:
                    continue
                member, holder = "image.reference", item["image"]
            image = holder.get(member.split(".")[-1])
            demand(image is None or isinstance(image, str))
            where = f"{prefix}{list_name}"
            found.append((f"{where}[{index}].{member}", where, item.get("name"), image))
    return found


def metadata(request, object):
    path = WORKLOADS.get((request["kind"]["group"], request["kind"]["kind"]))
    annotations = dict(object["metadata"].get("annotations", {}))
    known = path is not None
    for step in path if known else ["spec", "template"]:
        object = object.get(step, {})
        if known and "emplate" in step:
            annotations = object.get("metadata", {}).get("annotations", {}) | annotations
    spec = object.get("spec", {})
    account = spec.get("serviceAccountName") or spec.get("serviceAccount") or ("default" if known else None)
    return annotations, account


def demand(holds):
    if not holds:
        raise Unreadable
