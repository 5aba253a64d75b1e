"""The compiled pipeline is what a cluster can run: few parameters, strings between tasks, nothing retried.

Golden files are written anew by `ASTOR_WRITE_GOLDEN=1 pytest tests/pipelines/test_compile.py`; look at their diff.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from astor.cli.compile import compile_recipe
from astor.errors import UserError
from astor.pipelines.platform import Platform
from astor.recipe.load import load_recipe
from astor.run.code import code_digest

GOLDEN = Path(__file__).parent / "golden"
RECIPES = Path(__file__).parents[2] / "recipes"
STEPS = {"granularity": "step", "rounds": 2}
CLUSTER = Platform(image="registry.example/astor:1", gpus=1, credentials="s3", reference_credentials="s3-references")
GRANULARITIES = pytest.mark.parametrize("overrides", [{}, STEPS], ids=["segment", "step"])


def compiled(
    tmp_path: Path, overrides: dict[str, Any], platform: Platform = CLUSTER, name: str = "miniature"
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The pipeline, and what it asks of Kubernetes."""
    output = tmp_path / "pipeline.yaml"
    compile_recipe(name, overrides, output, "s3://bucket/prefix", platform)
    specification, *rest = yaml.safe_load_all(output.read_text())
    return specification, rest[0]["platforms"]["kubernetes"]["deploymentSpec"]["executors"] if rest else {}


def tasks_of(specification: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every task of the pipeline and of those nested in it."""
    for component in [specification["root"], *specification["components"].values()]:
        yield from component.get("dag", {}).get("tasks", {}).values()


def kind(label: str) -> str:
    """`exec-rollout-3` and `comp-rollout-3` are of the component `rollout`."""
    return re.fullmatch(r"(?:exec|comp)-(.+?)(?:-\d+)?", label)[1]


@pytest.mark.parametrize("granularity", ["segment", "step"])
def test_the_miniature_compiles_to_the_golden_file(tmp_path: Path, granularity: str) -> None:
    golden = GOLDEN / f"miniature-{granularity}.yaml"
    specification, _ = compiled(tmp_path, {} if granularity == "segment" else STEPS, Platform())
    specification["root"]["inputDefinitions"]["parameters"]["recipe"]["defaultValue"] = "RECIPE"
    specification["sdkVersion"] = "SDK_VERSION"
    text = yaml.safe_dump(specification, width=120).replace(code_digest(), "PACKAGE_DIGEST")
    if os.environ.get("ASTOR_WRITE_GOLDEN"):
        golden.write_text(text)
    assert text == golden.read_text(), "the pipeline changed: see the head of this file"


@GRANULARITIES
def test_few_parameters_reach_the_form_of_the_user_interface(tmp_path: Path, overrides: dict[str, Any]) -> None:
    specification, _ = compiled(tmp_path, overrides)
    parameters = specification["root"]["inputDefinitions"]["parameters"]
    assert {name: value["parameterType"] for name, value in parameters.items()} == {
        "recipe": "STRING",
        "overrides": "STRUCT",
        "store": "STRING",
        "mlflow_uri": "STRING",
    }
    assert parameters["store"]["defaultValue"] == "s3://bucket/prefix"
    assert all(value["isOptional"] for value in parameters.values()), "the file runs as it is"


@GRANULARITIES
def test_nothing_is_retried_by_the_cluster(tmp_path: Path, overrides: dict[str, Any]) -> None:
    specification, kubernetes = compiled(tmp_path, overrides)
    assert "retry" not in yaml.safe_dump([specification, kubernetes]).lower()


@GRANULARITIES
def test_only_what_depends_on_its_inputs_alone_is_cached(tmp_path: Path, overrides: dict[str, Any]) -> None:
    specification, _ = compiled(tmp_path, overrides)
    leaves = {name for name, component in specification["components"].items() if "executorLabel" in component}
    cached = {
        kind(task["componentRef"]["name"])
        for task in tasks_of(specification)
        if task["componentRef"]["name"] in leaves and task["cachingOptions"].get("enableCache")
    }
    assert cached == {"prepare", "initialise"} | ({"evaluate"} if overrides else set())


@GRANULARITIES
def test_strings_pass_between_tasks(tmp_path: Path, overrides: dict[str, Any]) -> None:
    specification, _ = compiled(tmp_path, overrides)
    for name, component in specification["components"].items():
        inputs, outputs = component.get("inputDefinitions", {}), component.get("outputDefinitions", {})
        assert "artifacts" not in inputs, f"{name} takes references, not KFP artifacts"
        for value in outputs.get("parameters", {}).values():
            assert value["parameterType"] == "STRING"
        for value in outputs.get("artifacts", {}).values():
            assert value["artifactType"]["schemaTitle"] in {"system.Metrics", "system.Markdown", "system.HTML"}


@GRANULARITIES
def test_gpus_go_to_tasks_that_run_models(tmp_path: Path, overrides: dict[str, Any]) -> None:
    specification, kubernetes = compiled(tmp_path, overrides)
    executors = specification["deploymentSpec"]["executors"]
    with_gpu = {label for label, executor in executors.items() if "resources" in executor["container"]}
    expected = (
        {"initialise", "rollout", "update", "evaluate-turns"} if overrides else {"initialise", "segment", "finish"}
    )
    assert {kind(label) for label in with_gpu} == expected
    assert {kind(label) for label in executors if kind(label) in expected} == expected
    assert {label for label, asked in kubernetes.items() if "tolerations" in asked} == with_gpu
    assert {executor["container"]["image"] for executor in executors.values()} == {CLUSTER.image}


@GRANULARITIES
def test_references_are_read_where_answers_are_verified_and_nowhere_else(
    tmp_path: Path, overrides: dict[str, Any]
) -> None:
    specification, kubernetes = compiled(tmp_path, overrides)
    secrets = {label: {entry["secretName"] for entry in asked["secretAsEnv"]} for label, asked in kubernetes.items()}
    assert secrets.keys() == specification["deploymentSpec"]["executors"].keys(), "each task has credentials"
    readers = {kind(label) for label, names in secrets.items() if names == {"s3-references"}}
    assert readers == ({"prepare", "verify", "evaluate-turns"} if overrides else {"prepare", "segment", "finish"})
    assert all(len(names) == 1 for names in secrets.values())


def test_without_a_platform_nothing_is_asked_of_kubernetes(tmp_path: Path) -> None:
    specification, kubernetes = compiled(tmp_path, {}, Platform())
    assert not kubernetes
    assert not any("resources" in e["container"] for e in specification["deploymentSpec"]["executors"].values())


def test_boxes_are_named_for_people(tmp_path: Path) -> None:
    names = {task["taskInfo"]["name"] for task in compiled(tmp_path, {})[0]["root"]["dag"]["tasks"].values()}
    assert names == {"resolve recipe", "prepare", "initialise", "plan", "segment 1", "segment 2",
                     "evaluate and promote"}  # fmt: skip
    names = {task["taskInfo"]["name"] for task in compiled(tmp_path, STEPS)[0]["root"]["dag"]["tasks"].values()}
    assert names == {"resolve recipe", "prepare", "initialise", "plan", "evaluation before", "round 1", "round 2",
                     "evaluation after", "evaluation over turns", "candidate", "champion", "challenger",
                     "promote"}  # fmt: skip


def test_promotion_waits_for_every_evaluation(tmp_path: Path) -> None:
    overrides = {"granularity": "step", "rounds": 3, "checkpoint_every": 1, "evaluation": {"every": 1}}
    specification, _ = compiled(tmp_path, overrides)
    tasks = specification["root"]["dag"]["tasks"]
    evaluations = {name for name, task in tasks.items() if kind(task["componentRef"]["name"]) == "evaluation"}
    assert len(evaluations) == 6, "before, after two rounds, after the last, and twice on promotion prompts"
    assert len(evaluations & set(tasks["choose"]["dependentTasks"])) == 3, "the candidate is the best of three"
    waited = {name for task in ("promote", "choose") for name in tasks[task]["dependentTasks"]}
    assert evaluations | {"choose"} <= waited


def test_a_recipe_of_ones_own_travels_inside_the_pipeline(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text((RECIPES / "miniature.yaml").read_text().replace("name: miniature", "name: own"))
    specification, _ = compiled(tmp_path, {"seed": 7}, name=str(own))
    text = specification["root"]["inputDefinitions"]["parameters"]["recipe"]["defaultValue"]
    assert "\n" not in text, "the form of the user interface has one line for it"
    assert load_recipe(text) == load_recipe(str(own), {"seed": 7})


def test_a_packaged_recipe_is_named(tmp_path: Path) -> None:
    specification, _ = compiled(tmp_path, {})
    assert specification["root"]["inputDefinitions"]["parameters"]["recipe"]["defaultValue"] == "miniature"


def test_more_rounds_than_one_run_holds_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"102 rounds .* granularity: segment"):
        compiled(tmp_path, {"granularity": "step", "rounds": 102})
    assert not (tmp_path / "pipeline.yaml").exists()


def test_a_file_that_is_not_yaml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"ends in \.yaml"):
        compile_recipe("miniature", {}, tmp_path / "pipeline.txt", "", Platform())
