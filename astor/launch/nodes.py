"""Whether a cluster has a node for a pool's pods, by what nodes have when nothing runs there."""

from collections.abc import Mapping, Sequence
from typing import Any

from kubernetes.utils.quantity import parse_quantity

from astor.recipe.cluster import Pool, Toleration

Node = Mapping[str, Any]
PASSING = "node.kubernetes.io/"
"""Begins the taints of nodes that are away or cordoned, which may come back."""


def unsatisfied(pool: Pool, nodes: Sequence[Node]) -> str:
    """Why no node can have a pod of the pool, in words; empty where one can."""
    labelled = [node for node in nodes if pool.node_selector.items() <= _labels(node).items()]
    if not labelled:
        selected = ", ".join(f"{label}={value}" for label, value in pool.node_selector.items())
        return f"none of {len(nodes)} nodes has {selected}" if selected else "there is no node"
    tolerated = [node for node in labelled if not _hostile(pool, node)]
    if not tolerated:
        taint = _hostile(pool, labelled[0])[0]
        return f"it does not tolerate the taint {taint['key']}={taint.get('value', '')}:{taint['effect']}"
    asked = {"cpu": pool.cores, "memory": pool.memory}
    if pool.accelerators:
        asked |= {pool.accelerator: str(pool.accelerators)}
    if any(not _short(node, asked) for node in tolerated):
        return ""
    nearest = min(tolerated, key=lambda node: len(_short(node, asked)))
    lacks = ", ".join(
        f"{count} {name}, where {nearest['metadata']['name']} has {_allocatable(nearest).get(name, 0)}"
        for name, count in asked.items()
        if name in _short(nearest, asked)
    )
    return f"it asks for {lacks}"


def _labels(node: Node) -> dict[str, str]:
    labels: dict[str, str] = node["metadata"].get("labels") or {}
    return labels


def _allocatable(node: Node) -> dict[str, str]:
    found: dict[str, str] = node["status"].get("allocatable") or {}
    return found


def _short(node: Node, asked: Mapping[str, str]) -> list[str]:
    """Names of what a node has too little of."""
    have = _allocatable(node)
    return [name for name, count in asked.items() if parse_quantity(have.get(name, 0)) < parse_quantity(count)]


def _hostile(pool: Pool, node: Node) -> list[dict[str, str]]:
    """Taints that keep a pod of the pool away."""
    own = (Toleration(key=pool.accelerator, effect="NoSchedule"),) if pool.accelerators else ()
    return [
        taint
        for taint in node.get("spec", {}).get("taints") or ()
        if taint["effect"] != "PreferNoSchedule"
        and not taint["key"].startswith(PASSING)
        and not any(_tolerates(each, taint) for each in (*pool.tolerations, *own))
    ]


def _tolerates(toleration: Toleration, taint: Mapping[str, str]) -> bool:
    return (
        toleration.key in (None, taint["key"])
        and toleration.effect in (None, taint["effect"])
        and (toleration.operator == "Exists" or (toleration.value or "") == taint.get("value", ""))
    )
