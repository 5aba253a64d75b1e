"""The pipelines that are uploaded once are what a cluster can run, and ask for little.

Golden files are written anew by `ASTOR_WRITE_GOLDEN=1 pytest tests/pipelines/test_compile_all.py`.
"""

import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from compiled_pipeline import CLUSTER, kind, tasks_of

from astor.cli.compile import compile_all
from astor.errors import UserError
from astor.recipe.graph import Graph
from astor.recipe.load import load_recipe
from astor.run.code import code_digest

GOLDEN = Path(__file__).parent / "golden"
NEW = pytest.mark.parametrize("name", ["collection", "evaluation"])
Compiled = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    """File → the pipeline, and what it asks of Kubernetes."""
    directory = tmp_path_factory.mktemp("compiled") / "pipelines"
    compile_all("miniature", {"cluster": CLUSTER}, directory, "s3://bucket/prefix")
    return {file.stem: list(yaml.load_all(file.read_text(), yaml.CSafeLoader)) for file in directory.iterdir()}


def test_there_is_one_for_each_thing_that_people_start(compiled: Compiled) -> None:
    names = {file: specification["pipelineInfo"]["name"] for file, (specification, *_) in compiled.items()}
    assert names == {
        "post-training": "post-training-miniature",
        "collection": "collection",
        "evaluation": "evaluation-of-models",
        "deployment": "deployment",
    }


@NEW
def test_it_compiles_to_the_golden_file(compiled: Compiled, name: str) -> None:
    golden, specification = GOLDEN / f"{name}.yaml", {**compiled[name][0], "sdkVersion": "SDK_VERSION"}
    for executor in specification["deploymentSpec"]["executors"].values():
        executor["container"].pop("resources", None)
    text = yaml.safe_dump(specification, width=120).replace(code_digest(), "PACKAGE_DIGEST")
    if os.environ.get("ASTOR_WRITE_GOLDEN"):
        golden.write_text(text)
    assert text == golden.read_text(), "the pipeline changed: see the head of this file"


PARAMETERS = {
    "collection": {"recipe", "trajectories", "turns", "overrides", "store", "mlflow_uri"},
    "evaluation": {"model", "against", "suites", "held_out_of", "data", "overrides", "store", "mlflow_uri"},
}
CACHED = {"collection": {"prepare", "initialise"}, "evaluation": set[str]()}
READERS = {"collection": {"prepare", "collect"}, "evaluation": {"evaluate-models"}}


@NEW
def test_it_runs_as_it_is_and_caches_what_its_inputs_decide(compiled: Compiled, name: str) -> None:
    specification, platform = compiled[name]
    parameters = specification["root"]["inputDefinitions"]["parameters"]
    assert parameters.keys() == PARAMETERS[name]
    assert all(value["isOptional"] for value in parameters.values())
    assert parameters["store"]["defaultValue"] == "s3://bucket/prefix"
    tasks = list(tasks_of(specification))
    assert {
        kind(task["componentRef"]["name"]) for task in tasks if task["cachingOptions"].get("enableCache")
    } == CACHED[name]
    assert "retry" not in yaml.safe_dump([specification, platform]).lower()


@NEW
def test_references_are_read_where_answers_are_verified(compiled: Compiled, name: str) -> None:
    executors = compiled[name][1]["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
    secrets = {
        kind(label): {entry["secretName"] for entry in asked["secretAsEnv"]} for label, asked in executors.items()
    }
    assert {task for task, names in secrets.items() if "s3-references" in names} == READERS[name]
    assert all(len(names & {"s3", "s3-references"}) == 1 for names in secrets.values())


def default(file: Path, parameter: str) -> Any:
    specification = next(yaml.load_all(file.read_text(), yaml.CSafeLoader))
    return specification["root"]["inputDefinitions"]["parameters"][parameter]["defaultValue"]


def test_programs_run_where_those_of_the_compiled_recipe_do(tmp_path: Path) -> None:
    pool = {"type": "pool", "urls": ["http://sandbox.sandbox:8080"]}
    cluster = {**CLUSTER, "secrets": {**CLUSTER["secrets"], "sandbox": "sandbox"}}
    compile_all("miniature", {"cluster": cluster, "sandbox": pool}, tmp_path, "s3://bucket/prefix")
    for file in ("collection", "evaluation"):
        assert default(tmp_path / f"{file}.yaml", "overrides") == {"sandbox": pool}


@pytest.mark.parametrize("name", ["miniature", "qwen2.5-coder-7b"])
def test_its_first_task_takes_the_defaults(name: str, tmp_path: Path) -> None:
    compile_all(name, {"cluster.pools.core.image": "registry/astor:1"}, tmp_path, "s3://bucket/prefix")
    recipe = default(tmp_path / "post-training.yaml", "recipe")
    specification = next(yaml.load_all((tmp_path / "post-training.yaml").read_text(), yaml.CSafeLoader))
    task = specification["root"]["dag"]["tasks"]["resolve-recipe"]
    graph = task["inputs"]["parameters"]["graph"]["runtimeValue"]["constant"]
    Graph.model_validate(graph).require(load_recipe(recipe))


@pytest.mark.parametrize(
    ("name", "output", "told"),
    [
        (
            "miniature",
            "all.yaml",
            r"--all writes several pipelines, and .*all\.yaml is a file's name: give a directory",
        ),
        ("deployment", "all", "deployment is one of those that --all writes: name the recipe of the post-training"),
    ],
)
def test_what_is_no_directory_or_no_recipe_is_refused(tmp_path: Path, name: str, output: str, told: str) -> None:
    with pytest.raises(UserError, match=told):
        compile_all(name, {"cluster": CLUSTER}, tmp_path / output, "")
    assert not list(tmp_path.iterdir())
