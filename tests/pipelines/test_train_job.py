"""An update that is too large for a node becomes a TrainJob, which Kubeflow Trainer takes."""

import json
from copy import deepcopy
from typing import Any

import pytest
from compiled_pipeline import CLUSTER, compiled, kind, tasks_of

from astor.errors import UserError
from astor.pipelines.platform import Platform
from astor.recipe.load import load_recipe
from astor.recipe.nodes import update_nodes
from astor.recipe.recipe import Recipe
from tests.k8s.manifests import RELEASES, schema_faults

POOL = CLUSTER["pools"]["train"] | {"accelerators": 8, "tolerations": [{"key": "gpus", "effect": "NoSchedule"}]}
NODES = CLUSTER | {"pools": CLUSTER["pools"] | {"train": POOL}}
SIXTEEN = {"granularity": "step", "rounds": 1, "threads": 3, "training": {"type": "deepspeed", "processes": 16}}


def recipe(change: dict[str, Any]) -> Recipe:
    return load_recipe("miniature", deepcopy({**SIXTEEN, "cluster": NODES, **change}))


def job() -> dict[str, Any]:
    made: dict[str, Any] = json.loads(Platform.of(recipe({})).train_job)
    return made


@pytest.mark.parametrize("release", RELEASES)
def test_it_has_the_schema_that_trainer_publishes(release: str) -> None:
    assert schema_faults(job(), release) == []
    wrong = job()
    wrong["spec"]["trainer"]["nodes"] = 2
    assert any("'nodes' was unexpected" in fault for fault in schema_faults(wrong, release))


def test_it_asks_for_nodes_of_the_pool_with_a_process_on_each_accelerator() -> None:
    made = job()
    trainer = made["spec"]["trainer"]
    assert (trainer["numNodes"], trainer["numProcPerNode"]) == (2, 8)
    assert trainer["image"] == POOL["image"]
    asked = {"cpu": "1", "memory": "40Gi", "nvidia.com/gpu": 8}
    assert trainer["resourcesPerNode"] == {"requests": asked, "limits": asked}
    assert made["metadata"]["labels"] == {"kueue.x-k8s.io/queue-name": "team-a"}
    (patch,) = made["spec"]["runtimePatches"]
    (replicated,) = patch["trainingRuntimeSpec"]["template"]["spec"]["replicatedJobs"]
    template = replicated["template"]["spec"]["template"]
    pod, (container,) = template["spec"], template["spec"]["containers"]
    assert template["metadata"]["labels"] == {"astor/pool": "train"}
    assert pod["nodeSelector"] == {"pool": "gpu"}
    assert [each["key"] for each in pod["tolerations"]] == ["nvidia.com/gpu", "gpus"]
    assert {each["mountPath"]: each["name"] for each in container["volumeMounts"]} == {
        "/var/cache/astor": "cache",
        "/dev/shm": "shm",
    }
    assert pod["volumes"][0] == {"name": "cache", "persistentVolumeClaim": {"claimName": "trainer"}}
    assert pod["securityContext"]["runAsNonRoot"]


def test_it_knows_what_an_update_may_know() -> None:
    environment = {each["name"]: each for each in job()["spec"]["trainer"]["env"]}
    plain = {name: each["value"] for name, each in environment.items() if "value" in each}
    assert plain["AWS_ENDPOINT_URL_S3"] == "http://s3:8333"
    assert plain["OMP_NUM_THREADS"] == "3"
    assert plain["XDG_CACHE_HOME"] == plain["TMPDIR"] == "/var/cache/astor", "on the claim that all nodes share"
    secrets = {each["valueFrom"]["secretKeyRef"]["name"] for each in environment.values() if "valueFrom" in each}
    assert secrets == {"s3", "mlflow"}, "and no references"


def test_the_task_that_follows_it_takes_no_accelerator() -> None:
    specification, kubernetes = compiled(SIXTEEN, NODES)
    pools = {kind(label): asked["podMetadata"]["labels"]["astor/pool"] for label, asked in kubernetes.items()}
    assert (pools["update"], pools["initialise"]) == ("core", "train")
    (task,) = (task for task in tasks_of(specification) if task["taskInfo"]["name"] == "update")
    given = task["inputs"]["parameters"]["train_job"]["runtimeValue"]["constant"]
    assert json.loads(given) == job()
    assert Platform.of(recipe({"training.processes": 8})).train_job == "", "one node is enough"


def test_cores_are_written_without_an_exponent() -> None:
    made = json.loads(Platform.of(recipe({"cluster.pools.train.cpu": 0.001})).train_job)
    assert made["spec"]["trainer"]["resourcesPerNode"]["requests"]["cpu"] == "0.001"


WRONG = {
    "remainder": ({"training.processes": 12}, r"training\.processes is 12, .* has 8 accelerators: make it a multiple"),
    "segments": ({"granularity": "segment"}, r"set granularity: step"),
    "claim": ({"cluster.pools.train.claim": None}, r"name a ReadWriteMany claim as cluster\.pools\.train\.claim"),
}


@pytest.mark.parametrize(("change", "sentence"), WRONG.values(), ids=WRONG)
def test_nodes_that_cannot_update_together_are_refused(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        update_nodes(recipe(change))


@pytest.mark.parametrize(("processes", "nodes"), [(None, 1), (8, 1), (16, 2), (32, 4)])
def test_an_update_takes_as_many_nodes_as_have_its_processes(processes: int | None, nodes: int) -> None:
    assert update_nodes(recipe({"training.processes": processes})) == nodes
