"""The Kubeflow TrainJob of an update that takes several nodes, as the step that updates creates it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from astor.recipe.cluster import Pool

RUNTIME = "torch-distributed"
"""Kubeflow Trainer's own runtime: it tells torchrun how many nodes there are, and which one leads."""
NODE = "node"
"""What the runtime calls its job and its container."""
COMMAND = ("python3", "-m", "torch.distributed.run", "-m", "astor.steps.update_rank")
USER = 65534
"""Of the images."""


class Variable(NamedTuple):
    """An environment variable that a secret holds under its name."""

    name: str
    secret: str
    optional: bool


def render_train_job(
    pool: Pool,
    image: str,
    nodes: int,
    environment: Mapping[str, str],
    secrets: Sequence[Variable],
    labels: Mapping[str, str],
    queue: str | None,
    cache: str,
) -> str:
    """The manifest as JSON, without its name and its arguments.

    Args:
        nodes: of the pool, whose accelerators have a process each.
        labels: of the pods.
        queue: label and name of Kueue's queue, as KEY=NAME; it admits the job as a whole.
        cache: where the pool's claim is mounted, which all nodes share: what is fetched and what is written lies there.
    """
    assert pool.claim, "several nodes share a claim"
    resources = {"cpu": pool.cores, "memory": pool.memory, pool.accelerator: pool.accelerators}
    shared = {"XDG_CACHE_HOME": cache, "TMPDIR": cache, "PYTHONUNBUFFERED": "1"}
    plain = [{"name": name, "value": value} for name, value in {**environment, **shared}.items()]
    secret = [
        {"name": each.name, "valueFrom": {"secretKeyRef": {"name": each.secret, "key": each.name, **_maybe(each)}}}
        for each in secrets
    ]
    manifest = {
        "apiVersion": "trainer.kubeflow.org/v1alpha1",
        "kind": "TrainJob",
        "metadata": {"labels": dict([queue.split("=")]) if queue else {}},
        "spec": {
            "runtimeRef": {"name": RUNTIME},
            "trainer": {
                "image": image,
                "command": list(COMMAND),
                "numNodes": nodes,
                "numProcPerNode": pool.accelerators,
                "resourcesPerNode": {"requests": resources, "limits": resources},
                "env": plain + secret,
            },
            "runtimePatches": [{"manager": "astor-rl/update", "trainingRuntimeSpec": _pods(pool, labels, cache)}],
        },
    }
    return json.dumps(manifest)


def _pods(pool: Pool, labels: Mapping[str, str], cache: str) -> dict[str, Any]:
    volumes: list[dict[str, Any]] = [{"name": "cache", "persistentVolumeClaim": {"claimName": pool.claim}}]
    mounts = [{"name": "cache", "mountPath": cache}]
    if pool.shared_memory:
        volumes.append({"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": pool.shared_memory}})
        mounts.append({"name": "shm", "mountPath": "/dev/shm"})
    taint = {"key": pool.accelerator, "operator": "Exists", "effect": "NoSchedule"}
    tolerations = [taint, *(each.model_dump(exclude_none=True) for each in pool.tolerations)]
    restricted = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    pod = {
        "nodeSelector": dict(pool.node_selector),
        "tolerations": tolerations,
        "volumes": volumes,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "fsGroup": USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [{"name": NODE, "volumeMounts": mounts, "securityContext": restricted}],
    }
    template = {"metadata": {"labels": dict(labels)}, "spec": pod}
    return {"template": {"spec": {"replicatedJobs": [{"name": NODE, "template": {"spec": {"template": template}}}]}}}


def _maybe(variable: Variable) -> dict[str, bool]:
    return {"optional": True} if variable.optional else {}
