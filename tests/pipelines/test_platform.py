"""What tasks ask of a cluster: pools, images, secrets."""

from typing import Any

import pytest
from compiled_pipeline import GPUS, GRANULARITIES, IMAGE, SMALLEST, STEPS, compiled, kind

from astor.errors import UserError
from astor.recipe.load import load_recipe


@GRANULARITIES
def test_each_task_is_in_the_pool_of_its_work(overrides: dict[str, Any]) -> None:
    specification, kubernetes = compiled(overrides)
    executors = specification["deploymentSpec"]["executors"]
    pools: dict[str, set[str]] = {}
    for label, asked in kubernetes.items():
        labels = asked["podMetadata"]["labels"]
        assert labels["kueue.x-k8s.io/queue-name"] == "team-a"
        pools.setdefault(labels["astor/pool"], set()).add(kind(label))
    assert kubernetes.keys() == executors.keys()
    assert pools["core"] >= {"resolve-recipe", "plan"}
    assert pools["train"] == ({"initialise", "update"} if overrides else {"initialise", "segment", "finish"})
    assert pools.get("rollout", set()) == ({"rollout", "evaluate-turns"} if overrides else set())
    for label, asked in kubernetes.items():
        container, on_gpu = executors[label]["container"], asked["podMetadata"]["labels"]["astor/pool"] in GPUS
        assert ("accelerator" in container["resources"]) == on_gpu == ("tolerations" in asked)
        assert asked.get("nodeSelector", {}).get("labels") == ({"pool": "gpu"} if on_gpu else None)
        assert container["resources"]["resourceMemoryLimit"] == ("40Gi" if on_gpu else "2Gi")
        trains = asked["podMetadata"]["labels"]["astor/pool"] == "train"
        assert container["image"] == ("registry.example/astor-train:1" if trains else IMAGE)
        assert ("pvcMount" in asked) == trains, "what was fetched stays for the next update"
        mounted = {mount["mountPath"] for mount in asked.get("emptyDirMounts", ())}
        assert mounted == ({"/dev/shm"} if on_gpu else set()) | (set() if trains else {"/var/cache/astor"})


@GRANULARITIES
def test_every_task_requests_what_it_is_limited_to(overrides: dict[str, Any]) -> None:
    for executor in compiled(overrides, SMALLEST)[0]["deploymentSpec"]["executors"].values():
        resources = executor["container"]["resources"]
        assert resources["resourceCpuRequest"] == resources["resourceCpuLimit"] == "1"
        assert resources["resourceMemoryRequest"] == resources["resourceMemoryLimit"]


@GRANULARITIES
def test_references_are_read_where_answers_are_verified_and_nowhere_else(overrides: dict[str, Any]) -> None:
    specification, kubernetes = compiled(overrides)
    secrets = {label: {entry["secretName"] for entry in asked["secretAsEnv"]} for label, asked in kubernetes.items()}
    assert secrets.keys() == specification["deploymentSpec"]["executors"].keys(), "each task has credentials"
    readers = {kind(label) for label, names in secrets.items() if "s3-references" in names}
    assert readers == ({"prepare", "verify", "evaluate-turns"} if overrides else {"prepare", "segment", "finish"})
    assert all(len(names & {"s3", "s3-references"}) == 1 for names in secrets.values())
    trackers = {kind(label) for label, names in secrets.items() if "mlflow" in names}
    chain = {"update", "promote"} if overrides else {"segment", "finish"}
    assert trackers == {"resolve-recipe", "plan", "initialise"} | chain


def test_the_endpoint_may_be_in_the_secret_in_the_environment_or_nowhere() -> None:
    entries = compiled({}, {**SMALLEST, "secrets": {"store": "s3"}})[1]["exec-plan"]["secretAsEnv"]
    keys = {key["envVar"]: entry.get("optional", False) for entry in entries for key in entry["keyToEnv"]}
    assert keys == {
        "AWS_ACCESS_KEY_ID": False,
        "AWS_SECRET_ACCESS_KEY": False,
        "AWS_SESSION_TOKEN": True,
        "AWS_DEFAULT_REGION": True,
        "AWS_ENDPOINT_URL_S3": True,
    }
    entries = compiled({})[1]["exec-plan"]["secretAsEnv"]
    assert "AWS_ENDPOINT_URL_S3" not in {key["envVar"] for entry in entries for key in entry["keyToEnv"]}


def test_the_token_of_a_pool_reaches_tasks_that_verify() -> None:
    pool = {"sandbox": {"type": "pool", "urls": ["http://sandbox:8080"]}}
    with pytest.raises(UserError, match=r"ASTOR_SANDBOX_TOKEN under cluster\.secrets\.sandbox"):
        compiled(pool, SMALLEST)
    _, kubernetes = compiled(pool | STEPS, {**SMALLEST, "secrets": {"sandbox": "astor-sandbox"}})
    told = {kind(label) for label, asked in kubernetes.items() if "secretAsEnv" in asked}
    assert told == {"prepare", "verify", "evaluate-turns"}


@pytest.mark.parametrize(("cpu", "written"), [(0.5, "0.5"), (0.001, "0.001"), (0.3, "0.3"), (1200, "1200")])
def test_what_a_pool_asks_for_is_written_as_kfp_takes_it(cpu: float, written: str) -> None:
    amounts = {"memory": "1536Mi", "shared_memory": "1Ti", "cache": "10Gi"}
    asked = {"pools": {"core": {"image": IMAGE, "cpu": cpu, **amounts}}}
    specification, kubernetes = compiled({}, asked)
    resources = specification["deploymentSpec"]["executors"]["exec-plan"]["container"]["resources"]
    assert resources["resourceCpuRequest"] == resources["resourceCpuLimit"] == written
    assert resources["resourceMemoryRequest"] == "1536Mi"
    assert [mount["sizeLimit"] for mount in kubernetes["exec-plan"]["emptyDirMounts"]] == ["1Ti", "10Gi"]


def test_a_run_goes_on_on_another_cluster() -> None:
    here, there = load_recipe("miniature"), load_recipe("miniature", {"cluster": SMALLEST})
    assert here.identity == there.identity
