"""What pods wait for, from Kubernetes' own models, and by a server that answers the paths of its API."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import kubernetes as k8s
import pytest

from astor.launch.pods import Pods, told, waits_for
from tests.kubernetes_answers import Cluster as Kubernetes
from tests.kubernetes_answers import write_config

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


Answers = dict[str, Any]
PODS, EVENTS = "/api/v1/namespaces/kubeflow/pods", "/api/v1/namespaces/kubeflow/events"
LOG = f"{PODS}/failed/log"


def named(name: str, **status: Any) -> Model:
    return {"metadata": {"name": name}, "spec": {"containers": []}, "status": status}


def answers() -> Answers:
    """Three pods: one whose own status says what it waits for, one of which an event does, and one that failed."""
    unscheduled = named("unscheduled", phase="Pending", **CASES["no node"][0])
    creating = named("creating", phase="Pending", **CASES["passing"][0])
    event = {"message": "MountVolume.SetUp failed", "metadata": {}, "involvedObject": {}, "type": "Warning"}
    return {
        PODS: {"items": [creating, unscheduled, named("failed", phase="Failed")]},
        EVENTS: {"items": [event]},
        LOG: "Traceback\nastor: error: The bucket is full: make room.\n",
    }


@pytest.fixture
def kubernetes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kubernetes]:
    found = Kubernetes(answers())
    write_config(tmp_path / "config", found.server.server_port)
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))
    yield found
    found.server.shutdown()


def seen() -> tuple[list[str], str, list[str]]:
    """What pods wait for at the second look, why one failed, and what could not be looked at."""
    lines = list[str]()
    pods = Pods("kubeflow", "00000000-0000-4000-8000-000000000000", lines.append)
    first, second = pods.waiting(), pods.waiting()
    assert first == second
    return second, pods.failure(), list(dict.fromkeys(lines))


BY_EVENT, BY_STATUS = "creating: MountVolume.SetUp failed", f"unscheduled: {NO_NODE}"
FAILURE = "The bucket is full: make room."


def test_pods_say_what_they_wait_for_and_why_one_failed(kubernetes: Kubernetes) -> None:
    assert seen() == ([BY_EVENT, BY_STATUS], FAILURE, [])


def test_refused_events_hide_neither_pods_nor_logs(kubernetes: Kubernetes) -> None:
    kubernetes.answers[EVENTS] = 403
    line = "Events of pods are not looked at: these credentials may not see them in the namespace kubeflow (403)."
    assert seen() == ([BY_STATUS], FAILURE, [line])


def test_refused_logs_hide_neither_pods_nor_events(kubernetes: Kubernetes) -> None:
    kubernetes.answers[LOG] = 403
    line = "Logs of pods are not looked at: these credentials may not see them in the namespace kubeflow (403)."
    assert seen() == ([BY_EVENT, BY_STATUS], "", [line])


def refuse(kubernetes: Kubernetes, config: Path) -> None:
    kubernetes.answers[PODS] = 403


def expire(kubernetes: Kubernetes, config: Path) -> None:
    write_config(config, kubernetes.server.server_port, token="an-old-one")


def leave(kubernetes: Kubernetes, config: Path) -> None:
    write_config(config, 9)


BLIND: dict[str, tuple[Callable[[Kubernetes, Path], object], str]] = {
    "refused": (refuse, "these credentials may not see them in the namespace kubeflow (403)."),
    "expired": (expire, "these credentials are not known (401): log in again."),
    "away": (leave, "Kubernetes at http://127.0.0.1:9 does not answer (NewConnectionError)."),
    "no kubeconfig": (lambda kubernetes, config: config.write_text(""), "cannot be used (Invalid kube-config."),
}


@pytest.mark.parametrize(("hide", "reason"), BLIND.values(), ids=BLIND)
def test_why_pods_are_not_looked_at_is_told(
    kubernetes: Kubernetes, tmp_path: Path, hide: Callable[[Kubernetes, Path], object], reason: str
) -> None:
    hide(kubernetes, tmp_path / "config")
    waits, failure, lines = seen()
    assert (waits, failure) == ([], "")
    (line,) = lines
    assert line.startswith("Pods are not looked at: ")
    assert reason in line


def test_pods_are_seen_again_where_kubernetes_is_back(kubernetes: Kubernetes) -> None:
    pods = Pods("kubeflow", "00000000-0000-4000-8000-000000000000", print)
    kubernetes.answers[PODS] = 503
    assert pods.waiting() == []
    assert not pods.are_seen
    kubernetes.answers |= answers()
    assert pods.waiting() == [BY_EVENT, BY_STATUS]
    assert pods.are_seen
