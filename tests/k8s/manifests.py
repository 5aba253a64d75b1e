"""The overlays as they are rendered, and the published schemas of what is in them."""

import gzip
import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from tests.k8s.trim_schemas import SCHEMAS, kinds_of

ROOT = Path(__file__).parents[2] / "k8s"
GOLDEN = Path(__file__).parent / "golden"
OVERLAYS = sorted(path.name for path in (ROOT / "overlays").iterdir())
RELEASES = ("1.32", "1.33", "1.34", "1.35", "1.36")

Document = dict[str, Any]


def render(overlay: Path) -> str:
    """What `kubectl kustomize` makes of a directory; skips where there is no kubectl."""
    if shutil.which("kubectl") is None:
        pytest.skip("there is no kubectl, which renders overlays: what it rendered last is tested")
    return subprocess.run(["kubectl", "kustomize", str(overlay)], capture_output=True, text=True, check=True).stdout


@cache
def documents(overlay: str) -> list[Document]:
    """What was rendered last, which lies beside the tests."""
    return list(yaml.safe_load_all((GOLDEN / f"{overlay}.yaml").read_text()))


def find(overlay: str, kind: str, name: str) -> Document:
    """One object of an overlay."""
    (found,) = [one for one in documents(overlay) if one["kind"] == kind and one["metadata"]["name"] == name]
    return found


@cache
def validators(release: str) -> dict[tuple[str, str], Draft202012Validator]:
    """apiVersion and kind → what a release of Kubernetes takes; custom resources are the same in all."""
    definitions = {name: _close(each) for name, each in _read(f"kubernetes-{release}").items()}
    definitions["io.k8s.apimachinery.pkg.api.resource.Quantity"] = {"type": ["string", "number"]}
    definitions["io.k8s.apimachinery.pkg.util.intstr.IntOrString"] = {"type": ["string", "integer"]}
    found = {
        kind: Draft202012Validator({"definitions": definitions, "$ref": f"#/definitions/{name}"})
        for name, each in definitions.items()
        for kind in kinds_of(each)
    }
    for name, schema in _read("custom").items():
        version, _, kind = name.rpartition("/")
        found[version, kind] = Draft202012Validator(_close(schema))
    return found


def schema_faults(document: Document, release: str) -> list[str]:
    """What a release would refuse of an object."""
    validator = validators(release).get((document["apiVersion"], document["kind"]))
    if validator is None:
        return [f"there is no {document['apiVersion']} {document['kind']}"]
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


def _read(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(gzip.decompress((SCHEMAS / f"{name}.json.gz").read_bytes()))
    return read


def _close(node: Any) -> Any:
    """A schema that takes no field which it does not name, as a server that validates strictly."""
    if isinstance(node, list):
        return [_close(each) for each in node]
    if not isinstance(node, dict):
        return node
    closed = {name: _close(each) for name, each in node.items()}
    if isinstance(closed.get("properties"), dict) and "additionalProperties" not in closed:
        closed["additionalProperties"] = bool(closed.get("x-kubernetes-preserve-unknown-fields"))
    # A whole custom resource has these, whatever its schema says of them.
    if "apiVersion" in closed.get("properties", {}) and closed["properties"].get("metadata") == {"type": "object"}:
        closed["properties"]["metadata"] = {}
    if closed.get("x-kubernetes-int-or-string"):
        closed.pop("type", None)
    return closed
