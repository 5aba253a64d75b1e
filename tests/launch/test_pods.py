"""What pods wait for, from Kubernetes' own models."""

import json

import kubernetes as k8s
import pytest

from astor.launch.pods import Pods, told, waits_for

Model = dict[str, object]
NO_NODE = "0/3 nodes are available: 3 Insufficient nvidia.com/gpu."


def pod(status: Model) -> k8s.client.V1Pod:
    """A pod of Kubernetes' API, whose tasks are of the pool rollout."""

    class Response:
        data = json.dumps({"metadata": {"name": "p", "labels": {"astor/pool": "rollout"}}, "status": status})

    return k8s.client.ApiClient().deserialize(Response, "V1Pod")


def waiting(reason: str, message: str | None = None) -> Model:
    state = {"waiting": {"reason": reason, "message": message}}
    return {"name": "main", "image": "a", "imageID": "", "ready": False, "restartCount": 0, "state": state}


CASES: dict[str, tuple[Model, list[str]]] = {
    "no node": (
        {"conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": NO_NODE}]},
        [NO_NODE],
    ),
    "queue": (
        {"conditions": [{"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}]},
        ["SchedulingGated"],
    ),
    "image": (
        {"containerStatuses": [waiting("ImagePullBackOff", "no such\nimage")]},
        ["ImagePullBackOff: no such image"],
    ),
    "passing": ({"containerStatuses": [waiting("ContainerCreating")]}, []),
    "nothing": ({}, []),
}


@pytest.mark.parametrize(("status", "reasons"), CASES.values(), ids=CASES)
def test_a_pod_says_what_it_waits_for(status: Model, reasons: list[str]) -> None:
    assert list(waits_for(pod(status))) == reasons
    assert told(pod(status)) == "rollout"


def test_without_credentials_for_kubernetes_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", "/dev/null")
    pods = Pods("kubeflow", "00000000-0000-4000-8000-000000000000")
    assert pods.waiting() == []
    assert pods.failure() == ""
