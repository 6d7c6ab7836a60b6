#!/usr/bin/env python3
"""Verifies every image that Kubernetes manifests and compose files name, before they are deployed.

    verify_images.py --policy policy.yaml --attestations attestations/ --cluster prod-1 deploy/*.yaml

Prints a table; writes JUnit XML and a Markdown summary where asked. Exit codes: 0 every image may run, 1 an image may
not, 2 the command line is wrong, 3 an input cannot be read, or no image was found in it.

Needs dokimos and PyYAML. In GitHub Actions: the file action.yml beside this one.
"""

import argparse
import json
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import yaml

import dokimos


class Use(NamedTuple):
    """One image, where it is named, and where it is to run."""

    file: str
    place: str
    image: str
    namespace: str | None
    service_account: str | None


class Result(NamedTuple):
    """A use, and what was decided on it."""

    use: Use
    report: dokimos.Report

    @property
    def name(self) -> str:
        return plain(f"{self.use.place} in {self.use.file}")


class Unreadable(Exception):
    """An input that cannot be read."""


def main(arguments: list[str] | None = None) -> int:
    options = parse(arguments)
    try:
        policy = dokimos.Policy.from_file(options.policy)
        attestations = read_attestations(options.attestations)
        uses = [use for file in options.manifests for use in read_manifest(file, options.namespace)]
        if not uses:
            raise Unreadable("no image was found: nothing was verified")
    except (dokimos.DokimosError, OSError, ValueError, Unreadable) as error:
        print(f"verify_images: {error}", file=sys.stderr)
        return 3
    results = [
        Result(
            use,
            policy.evaluate(
                use.image,
                attestations,
                cluster=options.cluster,
                namespace=use.namespace,
                service_account=use.service_account,
            ),
        )
        for use in uses
    ]
    print(table(results))
    if options.junit:
        options.junit.write_bytes(junit(results))
    if options.summary:
        with options.summary.open("a", encoding="utf-8") as summary:
            summary.write(markdown(results))
    return 0 if all(result.report for result in results) else 1


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Verifies the images of Kubernetes manifests and compose files.")
    parser.add_argument("manifests", nargs="+", type=Path, metavar="MANIFEST")
    parser.add_argument("--policy", required=True, type=Path, help="the policy, in JSON or YAML")
    parser.add_argument(
        "--attestations", required=True, nargs="+", type=Path, help="files with attestations, or folders of .json files"
    )
    parser.add_argument("--cluster", help="the cluster to which the manifests go")
    parser.add_argument("--namespace", help="the namespace of objects that name none, and of compose services")
    parser.add_argument("--junit", type=Path, help="write JUnit XML to this file")
    parser.add_argument("--summary", type=Path, help="append Markdown to this file, such as $GITHUB_STEP_SUMMARY")
    return parser.parse_args(arguments)


def read_attestations(paths: list[Path]) -> dokimos.Attestations:
    attestations = dokimos.Attestations()
    for path in paths:
        for file in sorted(path.glob("*.json")) if path.is_dir() else [path]:
            attestations.add(file)
    return attestations


def read_manifest(file: Path, namespace: str | None) -> Iterator[Use]:
    try:
        documents = list(yaml.safe_load_all(file.read_text(encoding="utf-8")))
    except (yaml.YAMLError, RecursionError) as error:
        raise Unreadable(f"{file}: {' '.join(str(error).split())}") from error
    for document in documents:
        if isinstance(document, dict) and "kind" in document:
            yield from kubernetes(str(file), document, namespace)
        elif isinstance(document, dict) and isinstance(document.get("services"), dict):
            yield from compose(str(file), document["services"], namespace)
        elif document is not None:
            raise Unreadable(f"{file}: neither a Kubernetes object nor a compose file")


def kubernetes(file: str, item: dict[str, Any], namespace: str | None) -> Iterator[Use]:
    metadata = item.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    name = f"{item['kind']} {metadata.get('name', 'without a name')}"
    namespace = metadata.get("namespace") or namespace
    if str(item["kind"]).endswith("List"):
        for member in item.get("items") or []:
            yield from kubernetes(file, member, namespace)
        return
    review = dokimos.AdmissionReview(creation(item, namespace))
    if review.problem:
        raise Unreadable(f"{file}: {name}: {review.problem.path}: {review.problem.message}")
    for image in review.images:
        yield Use(file, f"{name}, {image.name}", image.reference, namespace, review.service_account)


def creation(item: dict[str, Any], namespace: str | None) -> str:
    """What the API server asks an admission webhook when the object is created: dokimos knows where its images are."""
    group, _, version = str(item.get("apiVersion", "v1")).rpartition("/")
    kind = {"group": group, "version": version, "kind": item["kind"]}
    request = {"uid": "manifest", "operation": "CREATE", "kind": kind, "namespace": namespace, "object": item}
    # A time, which YAML knows and JSON does not, is text to Kubernetes.
    return json.dumps({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}, default=str)


def compose(file: str, services: dict[str, Any], namespace: str | None) -> Iterator[Use]:
    for name, service in services.items():
        service = service if isinstance(service, dict) else {}
        image = service.get("image")
        if isinstance(image, str):
            yield Use(file, f"service {name}", image, namespace, None)
        elif "build" not in service:
            raise Unreadable(f"{file}: service {name} has neither an image nor a build")


def table(results: list[Result]) -> str:
    rows = [("", "IMAGE", "WHERE", "WHY")]
    for use, report in results:
        verdict = "allow" if report else "DENY"
        rows.append((verdict, plain(use.image), plain(use.place), f"{report.reason.code}: {report.reason.detail}"))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = ["  ".join((*(cell.ljust(width) for cell, width in zip(row, widths)), row[3])) for row in rows]
    denied = sum(not result.report for result in results)
    return "\n".join([*lines, "", f"{len(results)} images, {denied} denied"])


def junit(results: list[Result]) -> bytes:
    denied = sum(not result.report for result in results)
    suite = ElementTree.Element("testsuite", name="dokimos", tests=str(len(results)), failures=str(denied), errors="0")
    for result in results:
        report = result.report
        case = ElementTree.SubElement(suite, "testcase", classname="dokimos.images", name=result.name)
        if not report:
            failure = ElementTree.SubElement(case, "failure", type=report.reason.code.value, message=report.message)
            failure.text = report.reason.detail
        ElementTree.SubElement(case, "system-out").text = report.to_json()
    return ElementTree.tostring(suite, encoding="utf-8", xml_declaration=True)


def markdown(results: list[Result]) -> str:
    lines = ["### Images", "", "| | image | where | why |", "| --- | --- | --- | --- |"]
    for use, report in results:
        cells = (use.image, f"{use.place} in {use.file}", f"{report.reason.code}: {report.reason.detail}")
        shown = (escaped(plain(cell)) for cell in cells)
        lines.append(f"| {'✅' if report else '❌'} | {' | '.join(shown)} |")
    return "\n".join([*lines, "", ""])


def plain(text: str) -> str:
    """The text without characters that could rewrite a terminal's line or break a file's format."""
    return "".join("?" if unicodedata.category(character).startswith("C") else character for character in text)


def escaped(text: str) -> str:
    """The text as Markdown that shows exactly it: names come from files that others write."""
    return "".join(f"&#{ord(character)};" if character in "|<>&`*_[]()\\!#~" else character for character in text)


if __name__ == "__main__":
    sys.exit(main())
