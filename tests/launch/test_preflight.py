"""What a cluster lacks for a recipe, and what of it cannot be looked at."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from astor.errors import UserError
from astor.launch.preflight import IN_STEPS, preflight
from astor.recipe.load import load_recipe
from tests.conftest import forget_s3_client
from tests.kubernetes_answers import Cluster as Kubernetes
from tests.kubernetes_answers import write_config

NAMESPACE, NODES = "/api/v1/namespaces/kubeflow", "/api/v1/nodes"
SERVICE = "/api/v1/namespaces/astor-sandbox/services/sandbox"
AUTOSCALER = "/api/v1/namespaces/kube-system/configmaps/cluster-autoscaler-status"
Answers = dict[str, Any]
POOL = {
    "sandbox": {"type": "pool", "urls": ["http://sandbox.astor-sandbox:8080"]},
    "cluster.secrets": {"sandbox": "sandbox-token"},
}
CORE = {"cluster.pools.core.image": "registry.example/astor:1"}
GPUS = {"cluster.pools.train": {"accelerators": 8, "cpu": 32, "memory": "256Gi", "node_selector": {"pool": "h100"}}}


def node(name: str, labels: dict[str, str], taints: tuple[str, ...] = (), **allocatable: str) -> Answers:
    refused = [{"key": key, "effect": "NoSchedule"} for key in taints]
    return {
        "metadata": {"name": name, "labels": labels},
        "spec": {"taints": refused},
        "status": {"allocatable": {"cpu": "64", "memory": "1056Gi"} | allocatable},
    }


def healthy() -> Answers:
    """A cluster with the sandbox, and a node of eight GPUs beside one without."""
    gpus = node("gpu-1", {"pool": "h100"}, ("nvidia.com/gpu",), **{"nvidia.com/gpu": "8"})
    return {
        NAMESPACE: {"metadata": {"labels": {"astor/role": "steps", "pod-security.kubernetes.io/enforce": "baseline"}}},
        SERVICE: {"metadata": {"labels": {"app.kubernetes.io/part-of": "astor"}}},
        NODES: {"items": [node("cpu-1", {}), gpus]},
    }


@pytest.fixture
def kubernetes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kubernetes]:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    forget_s3_client()
    found = Kubernetes(healthy())
    write_config(tmp_path / "config", found.server.server_port)
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))
    yield found
    found.server.shutdown()
    forget_s3_client()


def unseen(**overrides: Any) -> list[str]:
    """What could not be looked at; this machine has no credentials for the store."""
    store, *lines = preflight("kubeflow", load_recipe("miniature", CORE | overrides), "s3://bucket/prefix")
    assert store.startswith("The store was not tried: There are no credentials")
    return lines


def test_a_cluster_that_has_all_is_passed(kubernetes: Kubernetes) -> None:
    assert unseen(**POOL, **GPUS) == []


LACKS: list[tuple[str, Callable[[Answers], object]]] = [
    (
        "There is no sandbox at http://sandbox.astor-sandbox:8080, which sandbox.urls names",
        lambda has: has.pop(SERVICE),
    ),
    (
        "The namespace kubeflow is not marked as that of steps: the sandbox is closed to it; kubectl patch",
        lambda has: has[NAMESPACE]["metadata"].pop("labels"),
    ),
    (
        "No node can have a pod of cluster.pools.train: none of 1 nodes has pool=h100; change that pool, or add such",
        lambda has: has[NODES]["items"].pop(),
    ),
    (
        "cluster.pools.train: it does not tolerate the taint team=:NoSchedule",
        lambda has: has[NODES]["items"][1]["spec"]["taints"].append({"key": "team", "effect": "NoSchedule"}),
    ),
    (
        "cluster.pools.train: it asks for 8 nvidia.com/gpu, where gpu-1 has 4;",
        lambda has: has[NODES]["items"][1]["status"]["allocatable"].update({"nvidia.com/gpu": "4"}),
    ),
    (
        "cluster.pools.train: it asks for 256Gi memory, where gpu-1 has 263Mi;",
        lambda has: has[NODES]["items"][1]["status"]["allocatable"].update(memory="263Mi"),
    ),
]


@pytest.mark.parametrize(("sentence", "take_away"), LACKS)
def test_what_is_missing_is_refused(
    kubernetes: Kubernetes, sentence: str, take_away: Callable[[Answers], object]
) -> None:
    take_away(kubernetes.answers)
    with pytest.raises(UserError) as refusal:
        unseen(**POOL, **GPUS)
    assert sentence in str(refusal.value)


NO_SIGHT = "could not be looked at: these credentials may not see"
UNSEEN: dict[str, tuple[str, Callable[[Answers], object]]] = {
    "nodes": (f"The nodes {NO_SIGHT} {NODES}.", lambda has: has.update({NODES: 403})),
    "sandbox": (f"The sandbox {NO_SIGHT} {SERVICE}.", lambda has: has.update({SERVICE: 403})),
    "another cluster": ("has no namespace kubeflow.", lambda has: has.clear()),
    "nodes that may be added": ("", lambda has: has.update({NODES: {"items": []}, AUTOSCALER: {}})),
    "nodes that might be added": ("", lambda has: has.update({NODES: {"items": []}, AUTOSCALER: 403})),
}


@pytest.mark.parametrize(("told", "hide"), UNSEEN.values(), ids=UNSEEN)
def test_what_cannot_be_seen_is_told_and_stops_nobody(
    kubernetes: Kubernetes, told: str, hide: Callable[[Answers], object]
) -> None:
    hide(kubernetes.answers)
    lines = unseen(**POOL, **GPUS)
    assert len(lines) == bool(told)
    assert "".join(lines).endswith(told)


def test_nodes_are_not_held_against_pools_that_stand_in_the_pipeline_alone(kubernetes: Kubernetes) -> None:
    kubernetes.answers[NODES] = {"items": []}
    *_, line = preflight("kubeflow", load_recipe("miniature"), "s3://bucket/prefix")
    assert line == "The nodes could not be looked at: what pools ask of them stands in the pipeline alone."


def test_a_bucket_is_tried_and_left_as_it_was(kubernetes: Kubernetes, s3_prefix: str) -> None:
    assert list(preflight("kubeflow", load_recipe("miniature", CORE), s3_prefix)) == [IN_STEPS]
