"""The pipelines of a collection and of an evaluation on KFP's local runner."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from astor.data.catalogue import make_source
from astor.recipe.load import load_recipe
from astor.run.listing import list_runs

PROGRAM = """
import json, sys
from kfp import local
from astor.pipelines.collection import collection_pipeline
from astor.pipelines.platform import Platform
from astor.pipelines.registered_evaluation import registered_evaluation_pipeline
from astor.recipe.provision import Provision

name, root, given = sys.argv[1:]
local.init(local.SubprocessRunner(use_venv=False), pipeline_root=root, raise_on_error=True)
if name == "collection":
    pipeline = collection_pipeline(Platform(), Provision(), "cobalt", {}, store="")
else:
    pipeline = registered_evaluation_pipeline(Platform(), Provision(), {}, store="")
print(json.dumps(pipeline(**json.loads(given)).outputs["Output"]))
"""
ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1", "MLFLOW_TRACKING_URI": ""}
SMALL = {
    "data.prompts": {"train": 4, "held_out": 2, "promotion": 2, "demonstrations": {"multi_turn_code/first": 40}},
    "data.sources": [{"type": "underspecified", "depths": {"1": 1, "2": 3}}],
    "data.splits": {"warm_start": 0.4, "train": 0.2, "held_out": 0.2, "promotion": 0.2},
    "threads": 1,
    "tasks.multi_turn_code.max_tokens": 16,
    "policy": {"type": "tiny", "warm_start": {"steps": 2, "batch_size": 4}},
    "batch": {"prompts": 2, "rollouts": 2},
}


def run(name: str, root: Path, **given: object) -> str:
    """The output of the pipeline, which succeeds."""
    asked = [sys.executable, "-c", PROGRAM, name, str(root), json.dumps(given)]
    done = subprocess.run(asked, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return str(json.loads(done.stdout.splitlines()[-1]))


def shown(root: Path, task: str, name: str) -> str:
    (file,) = root.glob(f"*/{task}/{name}")
    return file.read_text()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_collection_is_a_source_of_a_run(tmp_path: Path) -> None:
    root, store = tmp_path / "root", str(tmp_path / "store")
    overrides = SMALL | {"collect.block": 4, "collect.temperature": 1}
    uri = run("collection", root, trajectories=2, turns=2, overrides=overrides, store=store)
    assert uri.startswith(f"{store}/collections/cobalt-")
    assert list_runs(store) == []
    card = shown(root, "collect", "card")
    train = json.loads(card.partition("```json")[2].partition("```")[0])
    recipe = load_recipe("cobalt", train)
    (source,) = recipe.data.sources
    assert source.path == uri
    assert len(list(make_source(source, recipe.data.splits).items())) == sum(train["data.prompts"].values())


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_registered_model_answers_a_suite_and_held_out_prompts(tmp_path: Path) -> None:
    root, store = tmp_path / "root", str(tmp_path / "store")
    command = ["run", "miniature", "--on", "process", "--store", store, "--set", "rounds=1", "--set", "threads=1"]
    settings = ["rounds_per_segment=1", "checkpoint_every=1", "evaluation.every=0"]
    whole = [sys.executable, "-m", "astor.cli", *command, *(part for each in settings for part in ("--set", each))]
    trained = subprocess.run(whole, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert trained.returncode == 0, trained.stderr
    uri = run(
        "evaluation",
        root,
        model="@challenger",
        suites=["procedural"],
        held_out_of="miniature",
        overrides={"prompts": 2, "samples": 2, "threads": 1},
        store=store,
        mlflow_uri=f"sqlite:///{store}/mlflow.db",
    )
    figures = json.loads(Path(uri).read_text())
    assert {suite["name"] for suite in figures["suites"]} == {"procedural", "miniature-held-out"}
    assert "astor-miniature/1" in shown(root, "choose-models", "card")
    assert "<h1>astor-miniature/1</h1>" in shown(root, "evaluate-models", "report")
