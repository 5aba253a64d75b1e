"""A Kubeflow TrainJob on the cluster of this pod: made, followed to its end, and removed with the step that made it."""

import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from astor.deploy.cluster import AwayError, Cluster
from astor.deploy.kinds import MANAGED, TRAIN_JOB, Manifest
from astor.errors import UserError
from astor.run.failure import find_failure
from astor.run.kubernetes_api import KubernetesApi, RefusedError
from astor.run.pod import POD, UID
from astor.run.progress import report_progress
from astor.waiting import waiting

PATIENCE = 180.0
"""Seconds for which an API server that is away is waited for. Our choice: two minutes, and a restart."""
INTERVAL = 5.0
"""Seconds between looks at a TrainJob. Our choice."""
LAST_LINES = 200


def run_train_job(template: Manifest, name: str, arguments: Sequence[str], interval: float = INTERVAL) -> None:
    """Return when all nodes of the TrainJob have done their work; it is removed then.

    One of the same name is of an attempt that was lost: it is removed first. This one goes with this process, and, by
    Kubernetes, with the pod that this is.

    Args:
        template: the manifest without what belongs to one job.
        arguments: of the trainer's command.

    Raises:
        UserError: the API server refuses it, it failed, or somebody removed it.
    """
    cluster = Cluster()
    cluster.require(TRAIN_JOB, "install Kubeflow Trainer 2, or train on one node")
    if cluster.delete(TRAIN_JOB, name):
        while _find(cluster, name):
            time.sleep(interval)
    with _removed_at_the_end(cluster, name):
        cluster.create(_of_this_pod(template, name, arguments))
        _follow(cluster, name, interval)


def _follow(cluster: Cluster, name: str, interval: float) -> None:
    told = ""
    while True:
        found = _find(cluster, name)
        if found is None:
            raise UserError(f"The TrainJob {name} was removed while it ran: run again, which goes on.")
        status = found.get("status") or {}
        ended = {each["type"]: each for each in status.get("conditions", ()) if each["status"] == "True"}
        if "Complete" in ended:
            return
        if "Failed" in ended:
            why = _sentence(cluster.namespace, name) or " ".join(ended["Failed"]["message"].split())
            raise UserError(f"The TrainJob {name} failed: {why.rstrip('.')}.")
        state = _state(status, "Suspended" in ended)
        if state != told:
            report_progress("nodes", 0, found["spec"]["trainer"]["numNodes"], state)
            print(f"TrainJob {name}: {state}", flush=True)
            told = state
        time.sleep(interval)


def _find(cluster: Cluster, name: str) -> Manifest | None:
    found: Manifest | None = waiting(lambda error: isinstance(error, AwayError), PATIENCE)(
        cluster.find, TRAIN_JOB, name
    )
    return found


def _state(status: Mapping[str, Any], suspended: bool) -> str:
    """How far the pods are, in words."""
    if suspended:
        return "suspended, it waits to be admitted"
    counts = {key: sum(each.get(key, 0) for each in status.get("jobsStatus", ())) for key in ("active", "ready")}
    if not counts["active"]:
        return "its pods are being made"
    return "all nodes are ready" if counts["ready"] else "nodes are waited for"


def _sentence(namespace: str, name: str) -> str:
    """The sentence with which one of its pods ended; empty where none is known."""
    api, pods = KubernetesApi(), f"/api/v1/namespaces/{namespace}/pods"
    try:
        listed = api.get(f"{pods}?labelSelector=jobset.sigs.k8s.io/jobset-name={name}") or {"items": []}
        for pod in listed["items"]:
            place = f"{pods}/{pod['metadata']['name']}/log?container=node&tailLines={LAST_LINES}"
            lines = str(api.get(place) or "").splitlines()
            if sentence := next(filter(None, map(find_failure, reversed(lines))), ""):
                return sentence
    except (RefusedError, UserError):  # Kubernetes' own reason is told instead.
        return ""
    return ""


def _of_this_pod(template: Manifest, name: str, arguments: Sequence[str]) -> Manifest:
    metadata = template.get("metadata", {})
    labels = {**metadata.get("labels", {}), **MANAGED}
    owners = []
    if os.environ.get(POD) and os.environ.get(UID):
        owners = [{"apiVersion": "v1", "kind": "Pod", "name": os.environ[POD], "uid": os.environ[UID]}]
    trainer = {**template["spec"]["trainer"], "args": list(arguments)}
    return {
        **template,
        "metadata": {**metadata, "name": name, "labels": labels, "ownerReferences": owners},
        "spec": {**template["spec"], "trainer": trainer},
    }


@contextmanager
def _removed_at_the_end(cluster: Cluster, name: str) -> Iterator[None]:
    """Remove the TrainJob however this ends, by SIGTERM among others."""
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        yield
    finally:
        cluster.delete(TRAIN_JOB, name)
        signal.signal(signal.SIGTERM, before)
