"""An update by several nodes: the same as by as many processes on one, followed, and removed at its end."""

import json
import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from astor.errors import UserError
from astor.pipelines.train_job import render_train_job
from astor.recipe.cluster import Pool
from astor.recipe.load import load_recipe
from astor.run import train_job
from astor.run.draws import Draw
from astor.run.run import Run
from astor.run.train_job import run_train_job
from astor.steps.initialise import initialise
from astor.steps.plan import plan
from astor.steps.prepare import prepare
from astor.steps.rollout import rollout
from astor.steps.score import score
from astor.steps.update import update
from astor.steps.update_on_nodes import update_on_nodes
from astor.steps.verify import verify
from astor.storage import PolicyRef, load
from tests.deploy.api_server import listening, write_kubeconfig
from tests.steps.trainer import Trainer

NAME = "astor-0123456789ab"
PLACE = "/apis/trainer.kubeflow.org/v1alpha1/namespaces/models/trainjobs"


@pytest.fixture
def trainer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Trainer]:
    """A cluster with Kubeflow Trainer, to which KUBECONFIG leads."""
    server = Trainer(tmp_path)
    with listening(server) as address:
        monkeypatch.setenv("KUBECONFIG", str(write_kubeconfig(tmp_path / "kubeconfig", address)))
        yield server
        for name in list(server.nodes):
            server.end(name)


def template(shared: Path) -> dict[str, Any]:
    """Two nodes with a process each."""
    pool = Pool(accelerators=1, claim="shared")
    variables = {"OMP_NUM_THREADS": "1"}
    text = render_train_job(pool, "astor:1", 2, variables, [], labels={}, queue=None, cache=str(shared))
    made: dict[str, Any] = json.loads(text)
    return made


def saying(shared: Path, program: str) -> dict[str, Any]:
    """A job whose nodes run a program."""
    job = template(shared)
    job["spec"]["trainer"]["command"] = ["python3", "-c", program]
    return job


def test_a_job_that_is_complete_is_removed(
    trainer: Trainer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KFP_POD_NAME", "update-1")
    monkeypatch.setenv("KFP_POD_UID", "0123")
    run_train_job(saying(tmp_path, "import time; time.sleep(0.3)"), NAME, ["a"], interval=0.05)
    (made,) = trainer.seen
    assert made["metadata"]["ownerReferences"] == [
        {"apiVersion": "v1", "kind": "Pod", "name": "update-1", "uid": "0123"}
    ]
    assert made["spec"]["trainer"]["args"] == ["a"]
    assert not trainer.objects, "it is removed"
    assert f"TrainJob {NAME}: all nodes are ready" in capsys.readouterr().out


FAILED = "import os, sys, time; time.sleep(0.3 * int(os.environ['PET_NODE_RANK'])); sys.exit({!r})"


@pytest.mark.parametrize(
    ("last", "sentence"),
    [
        ("astor: error: Memory does not hold a micro-batch.", "failed: Memory does not hold a micro-batch[.]$"),
        ("killed", "failed: jobset failed[.]$"),
    ],
)
def test_a_job_that_fails_says_why_and_is_removed(trainer: Trainer, tmp_path: Path, last: str, sentence: str) -> None:
    with pytest.raises(UserError, match=rf"The TrainJob {NAME} {sentence}"):
        run_train_job(saying(tmp_path, FAILED.format(last)), NAME, [], interval=0.05)
    assert not trainer.objects
    assert not trainer.nodes


def test_a_job_of_an_attempt_that_was_lost_is_removed_first(trainer: Trainer, tmp_path: Path) -> None:
    left = saying(tmp_path, "import time; time.sleep(600)")
    left["metadata"]["name"], left["spec"]["trainer"]["args"] = NAME, []
    trainer.answer("POST", PLACE, left)
    (lost, _) = trainer.nodes[NAME]
    run_train_job(saying(tmp_path, "pass"), NAME, [], interval=0.05)
    assert lost.poll() is not None
    assert len(trainer.seen) == 2


def test_a_job_goes_with_the_step_that_is_ended(trainer: Trainer, tmp_path: Path) -> None:
    def end() -> None:
        while not trainer.nodes:
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=end).start()
    with pytest.raises(SystemExit):
        run_train_job(saying(tmp_path, "import time; time.sleep(600)"), NAME, [], interval=0.05)
    assert not trainer.objects
    assert not trainer.nodes


def test_a_job_that_somebody_removed_is_told(trainer: Trainer, tmp_path: Path) -> None:
    def remove() -> None:
        while not trainer.nodes:
            time.sleep(0.01)
        trainer.answer("DELETE", f"{PLACE}/{NAME}", None)

    threading.Thread(target=remove).start()
    with pytest.raises(UserError, match=rf"The TrainJob {NAME} was removed while it ran: run again"):
        run_train_job(saying(tmp_path, "import time; time.sleep(600)"), NAME, [], interval=0.05)


def test_a_cluster_without_trainer_is_told(trainer: Trainer, tmp_path: Path) -> None:
    trainer.groups["trainer.kubeflow.org/v1alpha1"] = []
    with pytest.raises(UserError, match=r"has no trainjobs.*install Kubeflow Trainer 2, or train on one node"):
        run_train_job(template(tmp_path), NAME, [], interval=0.05)


def scored_round(run: Run) -> tuple[PolicyRef, list[Draw], Any]:
    """Round 0 up to its update."""
    run.resolve()
    prompts, references = prepare(run)
    policy = initialise(run, prompts)
    planned = plan(run, prompts, policy)
    completions = rollout(run, prompts, planned, policy, "batch")
    drawn = Draw(planned, completions, verify(run, references, completions))
    return policy, [drawn], score(run, prompts, [drawn], None)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_two_nodes_come_to_the_same_as_two_processes_on_one(
    trainer: Trainer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("deepspeed", reason="this test needs DeepSpeed: pip install 'astor-rl[deepspeed]'")
    monkeypatch.setattr(train_job, "INTERVAL", 0.2)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    zero = {"training.type": "deepspeed", "training.precision": "fp32", "training.processes": 2, "granularity": "step"}
    recipe = load_recipe("miniature", zero)
    with Run(str(tmp_path / "one"), recipe) as run:
        policy, draws, scored = scored_round(run)
    shutil.copytree(tmp_path / "one", tmp_path / "several")
    with Run(str(tmp_path / "one"), recipe) as run:
        one = update(run, policy, policy, draws, scored)
    with Run(str(tmp_path / "several"), recipe) as run:
        policy, draws, scored = scored_round(run)  # all of it done
        (tmp_path / "shared").mkdir()
        given = policy, policy, draws, scored
        several = update_on_nodes(run, json.dumps(template(tmp_path / "shared")), *given)
        assert update_on_nodes(run, "", *given) == several, "it is done"
    assert several.report.digest == one.report.digest
    parts = [load(each.policy.committed).manifest.parts for each in (one, several)]
    assert parts[0]["policy"].digest == parts[1]["policy"].digest
    assert parts[0]["trainer"].digest == parts[1]["trainer"].digest
    assert len(parts[1]["trainer"].files) >= 2, "each rank wrote its share"
    assert not trainer.objects
