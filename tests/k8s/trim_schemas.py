"""Make `schemas/` of what is published: `python tests/k8s/trim_schemas.py DIRECTORY`.

DIRECTORY holds `kubernetes-1.NN.json`, the OpenAPI document of each release, and CRDs as `GROUP_PLURAL.yaml`. Of these
the kinds stay that the manifests have, and those that steps make, with what they are made of, without descriptions.
"""

import gzip
import json
import sys
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
SCHEMAS = HERE / "schemas"
MADE = {("trainer.kubeflow.org/v1alpha1", "TrainJob")}
"""What no overlay has, for steps make it."""


def used() -> set[tuple[str, str]]:
    """apiVersion and kind of everything in the rendered overlays, and of what steps make."""
    documents = (each for path in (HERE / "golden").glob("*.yaml") for each in yaml.safe_load_all(path.read_text()))
    return MADE | {(each["apiVersion"], each["kind"]) for each in documents}


def kinds_of(definition: dict[str, Any]) -> set[tuple[str, str]]:
    """apiVersion and kind that a definition is the schema of."""
    kinds = definition.get("x-kubernetes-group-version-kind", [])
    return {("/".join(filter(None, (kind["group"], kind["version"]))), kind["kind"]) for kind in kinds}


def closure(definitions: dict[str, Any], names: set[str]) -> set[str]:
    """The names, and those of all that they refer to."""
    found: set[str] = set()
    while names:
        found |= names
        text = json.dumps([definitions[name] for name in names])
        names = {name for name in definitions if f'"#/definitions/{name}"' in text} - found
    return found


def without_descriptions(node: Any) -> Any:
    """A schema without its texts; a property that is called `description` stays."""
    if isinstance(node, list):
        return [without_descriptions(each) for each in node]
    if isinstance(node, dict):
        return {
            name: without_descriptions(each)
            for name, each in node.items()
            if name != "description" or isinstance(each, dict)
        }
    return node


def write(name: str, schemas: dict[str, Any]) -> None:
    """A file that has the same bytes for the same schemas."""
    data = json.dumps(schemas, sort_keys=True, separators=(",", ":")).encode()
    (SCHEMAS / f"{name}.json.gz").write_bytes(gzip.compress(data, mtime=0))


def main(source: Path) -> None:
    """Write all of `schemas/`."""
    wanted = used()
    for path in sorted(source.glob("kubernetes-*.json")):
        definitions = json.loads(path.read_text())["definitions"]
        names = {name for name, each in definitions.items() if kinds_of(each) & wanted}
        write(path.stem, {name: without_descriptions(definitions[name]) for name in closure(definitions, names)})
    custom = {}
    for path in sorted(source.glob("*.yaml")):
        specification = yaml.safe_load(path.read_text())["spec"]
        for version in specification["versions"]:
            kind = f"{specification['group']}/{version['name']}", specification["names"]["kind"]
            if kind in wanted:
                custom["/".join(kind)] = without_descriptions(version["schema"]["openAPIV3Schema"])
    write("custom", custom)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
