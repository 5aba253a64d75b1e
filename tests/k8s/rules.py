"""What no manifest of ours may do, whatever Kubernetes would take."""

from collections.abc import Iterator
from typing import Any

Document = dict[str, Any]
FENCED = ("astor-sandbox",)
"""Namespaces whose pods may hold no secret in their environment, and no token of Kubernetes."""


def faults(document: Document) -> list[str]:
    """Each rule that an object breaks."""
    fenced = document["metadata"].get("namespace") in FENCED
    return [*(fault for pod in pods_of(document) for fault in _pod_faults(pod, fenced)), *_right_faults(document)]


def pods_of(node: Any) -> Iterator[Document]:
    """What pods are made of, in an object of whatever kind."""
    if isinstance(node, dict) and isinstance(node.get("containers"), list):
        yield node
    elif isinstance(node, (dict, list)):
        for each in node.values() if isinstance(node, dict) else node:
            yield from pods_of(each)


def _pod_faults(pod: Document, fenced: bool) -> Iterator[str]:
    whole = pod.get("securityContext", {})
    if pod.get("automountServiceAccountToken") is not False:
        yield "it gets a token of Kubernetes"
    if whole.get("runAsNonRoot") is not True or not whole.get("runAsUser"):
        yield "it may run as root: runAsNonRoot and a numeric runAsUser"
    if whole.get("seccompProfile") != {"type": "RuntimeDefault"}:
        yield "it has no seccomp profile"
    for name in ("hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace"):
        if pod.get(name):
            yield f"it has {name}"
    for volume in pod.get("volumes", []):
        if "hostPath" in volume:
            yield f"volume {volume['name']} is the node's"
    for container in [*pod.get("initContainers", []), *pod["containers"]]:
        for fault in _container_faults(container, fenced):
            yield f"{container['name']}: {fault}"


def _container_faults(container: Document, fenced: bool) -> Iterator[str]:
    name = container["image"].rpartition("/")[2]
    if "@sha256:" not in name and name.partition(":")[2] in ("", "latest"):
        yield f"its image {container['image']} is not pinned"
    security = container.get("securityContext", {})
    if security.get("allowPrivilegeEscalation") is not False or security.get("privileged"):
        yield "it may gain privileges"
    if security.get("runAsUser") == 0 or security.get("runAsNonRoot") is False:
        yield "it runs as root"
    if security.get("capabilities") != {"drop": ["ALL"]}:
        yield "it keeps capabilities"
    if security.get("readOnlyRootFilesystem") is not True:
        yield "its root can be written"
    if "seccompProfile" in security:
        yield "its seccomp profile is not the pod's"
    for bound in ("requests", "limits"):
        if missing := {"cpu", "memory"} - set(container.get("resources", {}).get(bound, {})):
            yield f"it has no {bound} of {' and '.join(sorted(missing))}"
    if fenced and any("secretRef" in each for each in container.get("envFrom", [])):
        yield "its environment is a secret"
    if fenced and any("secretKeyRef" in each.get("valueFrom", {}) for each in container.get("env", [])):
        yield "its environment holds a secret, which is seen in /proc and stays when the secret changes"


def _right_faults(document: Document) -> Iterator[str]:
    for rule in document.get("rules", []) if document["kind"] in ("Role", "ClusterRole") else []:
        for what in ("apiGroups", "resources", "verbs"):
            if "*" in rule.get(what, []):
                yield f"it grants all {what}"
        if "secrets" in rule["resources"]:
            yield "it grants secrets"
    if document["kind"] == "Secret":
        yield "a secret lies in the repository"
