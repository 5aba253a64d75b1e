"""Secrets that manifests name are those that the page for administrators makes."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.k8s.manifests import OVERLAYS, ROOT, documents

PAGE = (ROOT.parent / "docs" / "cluster.md").read_text().replace("\\\n", " ")
MADE = {
    (namespace, name, key)
    for name, namespace, rest in re.findall(r"kubectl create secret generic (\S+) -n (\S+)(.*)", PAGE)
    for key in re.findall(r"--from-literal=([\w-]+)=", rest)
}
"""Namespace, name and key."""


def wanted(node: Any) -> Iterator[tuple[str, str]]:
    """Name and key of each secret that pods take something of."""
    if isinstance(node, dict):
        if reference := node.get("secretKeyRef"):
            yield reference["name"], reference["key"]
        if volume := node.get("secret"):
            yield from ((volume["secretName"], item["key"]) for item in volume.get("items", [{"key": "token"}]))
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else []:
        yield from wanted(each)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_page_makes_every_secret_that_is_named(overlay: str) -> None:
    named = {(one["metadata"].get("namespace"), *each) for one in documents(overlay) for each in wanted(one)}
    assert ("astor-sandbox", "sandbox-token", "token") in named
    assert ("astor-mlflow", "mlflow", "database-uri") in named
    assert named - MADE == set()
