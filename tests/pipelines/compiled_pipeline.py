"""The miniature's pipeline, compiled for a cluster."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import yaml

from astor.launch.compilation import compile_pipeline, recipe_parameter
from astor.recipe.load import load_recipe

GPUS = ("rollout", "train")
STEPS = {"granularity": "step", "rounds": 2}
IMAGE = "registry.example/astor:1"
GPU = {"accelerators": 1, "memory": "40Gi", "node_selector": {"pool": "gpu"}, "shared_memory": "8Gi"}
CLUSTER: dict[str, Any] = {
    "queue": "team-a",
    "environment": {"AWS_ENDPOINT_URL_S3": "http://s3:8333"},
    "pools": {
        "core": {"image": IMAGE},
        "rollout": GPU,
        "train": GPU | {"image": "registry.example/astor-train:1", "claim": "trainer"},
    },
    "secrets": {"store": "s3", "references": "s3-references", "mlflow": "mlflow"},
}
SMALLEST: dict[str, Any] = {"pools": {"core": {"image": IMAGE}}}
Compiled = tuple[dict[str, Any], dict[str, Any]]
GRANULARITIES = pytest.mark.parametrize("overrides", [{}, STEPS], ids=["segment", "step"])


def compiled(overrides: dict[str, Any], cluster: dict[str, Any] = CLUSTER, name: str = "miniature") -> Compiled:
    """The pipeline, and what it asks of Kubernetes. Compiled once for all that ask the same."""
    specification, *rest = json.loads(_compiled(json.dumps({"cluster": cluster, **overrides}), name))
    return specification, rest[0]["platforms"]["kubernetes"]["deploymentSpec"]["executors"]


@cache
def _compiled(overrides: str, name: str) -> str:
    given = json.loads(overrides)
    recipe = load_recipe(name, given)
    text = compile_pipeline(recipe, recipe_parameter(recipe, name), "s3://bucket/prefix").text
    return json.dumps(list(yaml.load_all(text, yaml.CSafeLoader)))


def tasks_of(specification: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every task of the pipeline and of those nested in it."""
    for component in [specification["root"], *specification["components"].values()]:
        yield from component.get("dag", {}).get("tasks", {}).values()


def kind(label: str) -> str:
    """`exec-rollout-3` and `comp-rollout-3` are of the component `rollout`."""
    return re.fullmatch(r"(?:exec|comp)-(.+?)(?:-\d+)?", label)[1]
