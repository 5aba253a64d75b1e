"""The compiled pipeline is what a cluster can run: few parameters, strings between tasks, nothing retried.

Golden files are written anew by `ASTOR_WRITE_GOLDEN=1 pytest tests/pipelines`; look at their diff.
"""

import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from compiled_pipeline import CLUSTER, GRANULARITIES, SMALLEST, STEPS, compiled, kind, tasks_of

from astor.cli.compile import compile_named
from astor.errors import UserError
from astor.recipe.load import load_recipe
from astor.run.code import code_digest

GOLDEN = Path(__file__).parent / "golden"
RECIPES = Path(__file__).parents[2] / "recipes"


@pytest.mark.parametrize("granularity", ["segment", "step"])
def test_the_miniature_compiles_to_the_golden_file(granularity: str) -> None:
    golden = GOLDEN / f"miniature-{granularity}.yaml"
    specification, _ = compiled({} if granularity == "segment" else STEPS, SMALLEST)
    specification["root"]["inputDefinitions"]["parameters"]["recipe"]["defaultValue"] = "RECIPE"
    specification["sdkVersion"] = "SDK_VERSION"
    text = yaml.safe_dump(specification, width=120).replace(code_digest(), "PACKAGE_DIGEST")
    if os.environ.get("ASTOR_WRITE_GOLDEN"):
        golden.write_text(text)
    assert text == golden.read_text(), "the pipeline changed: see the head of this file"


@GRANULARITIES
def test_few_parameters_reach_the_form_of_the_user_interface(overrides: dict[str, Any]) -> None:
    specification, _ = compiled(overrides)
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
def test_nothing_is_retried_by_the_cluster(overrides: dict[str, Any]) -> None:
    specification, kubernetes = compiled(overrides)
    assert "retry" not in yaml.safe_dump([specification, kubernetes]).lower()


@GRANULARITIES
def test_only_what_depends_on_its_inputs_alone_is_cached(overrides: dict[str, Any]) -> None:
    specification, _ = compiled(overrides)
    leaves = {name for name, component in specification["components"].items() if "executorLabel" in component}
    cached = {
        kind(task["componentRef"]["name"])
        for task in tasks_of(specification)
        if task["componentRef"]["name"] in leaves and task["cachingOptions"].get("enableCache")
    }
    assert cached == {"prepare", "initialise"} | ({"evaluate"} if overrides else set())


@GRANULARITIES
def test_strings_pass_between_tasks(overrides: dict[str, Any]) -> None:
    specification, _ = compiled(overrides)
    for name, component in specification["components"].items():
        inputs, outputs = component.get("inputDefinitions", {}), component.get("outputDefinitions", {})
        assert "artifacts" not in inputs, f"{name} takes references, not KFP artifacts"
        for value in outputs.get("parameters", {}).values():
            assert value["parameterType"] == "STRING"
        for value in outputs.get("artifacts", {}).values():
            assert value["artifactType"]["schemaTitle"] in {"system.Metrics", "system.Markdown", "system.HTML"}


def test_boxes_are_named_for_people() -> None:
    names = {task["taskInfo"]["name"] for task in compiled({})[0]["root"]["dag"]["tasks"].values()}
    assert names == {"resolve recipe", "prepare", "initialise", "plan", "segment 1", "segment 2",
                     "evaluate and promote"}  # fmt: skip
    names = {task["taskInfo"]["name"] for task in compiled(STEPS)[0]["root"]["dag"]["tasks"].values()}
    assert names == {"resolve recipe", "prepare", "initialise", "plan", "evaluation before", "round 1", "round 2",
                     "evaluation after", "evaluation over turns", "candidate", "champion", "challenger",
                     "promote"}  # fmt: skip


def test_with_overlap_an_update_is_beside_the_next_rollout() -> None:
    specification, _ = compiled({**STEPS, "rounds": 3, "staleness": 1, "training.loss.importance_cap": 2})
    tasks, components = specification["root"]["dag"]["tasks"], specification["components"]
    assert "rollout" in tasks["round"]["dependentTasks"], "the first round is rolled out before it"
    for name in ("round", "round-2"):
        round = components[tasks[name]["componentRef"]["name"]]["dag"]["tasks"]
        assert round["update"]["dependentTasks"] == round["rollout"]["dependentTasks"] == ["score"]
        sampled, updated = (round[step]["inputs"]["parameters"]["policy"] for step in ("rollout", "update"))
        assert sampled == updated, "by the policy that the update starts from"
    last = components[tasks["round-3"]["componentRef"]["name"]]["dag"]["tasks"]
    assert last.keys() == {"score", "update"}, "nothing follows the last round"


def test_promotion_waits_for_every_evaluation() -> None:
    overrides = {"granularity": "step", "rounds": 3, "checkpoint_every": 1, "evaluation": {"every": 1}}
    specification, _ = compiled(overrides)
    tasks = specification["root"]["dag"]["tasks"]
    evaluations = {name for name, task in tasks.items() if kind(task["componentRef"]["name"]) == "evaluation"}
    assert len(evaluations) == 6, "before, after two rounds, after the last, and twice on promotion prompts"
    assert len(evaluations & set(tasks["choose"]["dependentTasks"])) == 3, "the candidate is the best of three"
    waited = {name for task in ("promote", "choose") for name in tasks[task]["dependentTasks"]}
    assert evaluations | {"choose"} <= waited


def test_a_recipe_of_ones_own_travels_inside_the_pipeline(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text((RECIPES / "miniature.yaml").read_text().replace("name: miniature", "name: own"))
    specification, _ = compiled({"seed": 7}, name=str(own))
    text = specification["root"]["inputDefinitions"]["parameters"]["recipe"]["defaultValue"]
    assert "\n" not in text, "the form of the user interface has one line for it"
    assert load_recipe(text) == load_recipe(str(own), {"seed": 7, "cluster": CLUSTER})
    assert specification["pipelineInfo"]["name"] == "post-training-own"


def test_a_packaged_recipe_is_named() -> None:
    specification, _ = compiled({})
    assert specification["root"]["inputDefinitions"]["parameters"]["recipe"]["defaultValue"] == "miniature"


REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "rounds": ({"granularity": "step", "rounds": 102}, "s3://b/p", r"102 rounds .* granularity: segment"),
    "segments": ({"rounds": 1000, "rounds_per_segment": 2}, "s3://b/p", r"500 segments .* rounds_per_segment"),
    "store": ({}, ".", r"--store \. is a directory of this machine"),
    "image": ({"cluster": None}, "s3://b/p", r"no image: .* cluster\.pools\.core\.image"),
    "password": (
        {"tracking.uri": "http://me:hidden@mlflow:5000"},
        "s3://b/p",
        r"tracking\.uri is http://me:\*\*\*@mlflow:5000, .* cluster\.secrets",
    ),
}


@pytest.mark.parametrize(("overrides", "store", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_no_cluster_could_run_is_refused(
    tmp_path: Path, overrides: dict[str, Any], store: str, sentence: str
) -> None:
    with pytest.raises(UserError, match=sentence) as refusal:
        compile_named("miniature", {"cluster": CLUSTER, **overrides}, tmp_path / "pipeline.yaml", store)
    assert "hidden" not in str(refusal.value)
    assert not (tmp_path / "pipeline.yaml").exists()


def test_a_file_that_is_not_yaml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"ends in \.yaml"):
        compile_named("miniature", {}, tmp_path / "pipeline.txt", "")
