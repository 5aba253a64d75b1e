"""Every overlay is what Kubernetes takes, and what we allow ourselves.

After a change: `ASTOR_WRITE_GOLDEN=1 pytest tests/k8s/test_manifests.py`, and where there is a new kind,
`python tests/k8s/trim_schemas.py DIRECTORY`.
"""

import copy
import os
from collections.abc import Callable

import pytest
import yaml

from tests.k8s.manifests import GOLDEN, OVERLAYS, RELEASES, Document, documents, find, render, schema_faults
from tests.k8s.rules import faults

EVERY_OVERLAY = pytest.mark.parametrize("overlay", OVERLAYS)


@EVERY_OVERLAY
def test_an_overlay_renders_to_the_golden_file(overlay: str) -> None:
    rendered = render(overlay)
    if os.environ.get("ASTOR_WRITE_GOLDEN"):
        (GOLDEN / f"{overlay}.yaml").write_text(rendered)
        documents.cache_clear()
    assert list(yaml.safe_load_all(rendered)) == documents(overlay), "the manifests changed: see the head of this file"


@EVERY_OVERLAY
@pytest.mark.parametrize("release", RELEASES)
def test_every_object_has_the_schema_of_the_release(overlay: str, release: str) -> None:
    told = {f"{one['kind']} {one['metadata']['name']}": schema_faults(one, release) for one in documents(overlay)}
    assert {name: each for name, each in told.items() if each} == {}


@EVERY_OVERLAY
def test_every_object_keeps_the_rules(overlay: str) -> None:
    told = {f"{one['kind']} {one['metadata']['name']}": faults(one) for one in documents(overlay)}
    assert {name: each for name, each in told.items() if each} == {}


def changed(change: Callable[[Document, Document], object]) -> Document:
    """The sandbox's Deployment after `change` of its pod and its container."""
    deployment = copy.deepcopy(find("gpu", "Deployment", "sandbox"))
    pod = deployment["spec"]["template"]["spec"]
    change(pod, pod["containers"][0])
    return deployment


BREACHES: dict[str, Callable[[Document, Document], object]] = {
    "a token": lambda pod, _: pod.pop("automountServiceAccountToken"),
    "as root": lambda pod, _: pod["securityContext"].update(runAsUser=0),
    "may run as root": lambda pod, _: pod["securityContext"].pop("runAsNonRoot"),
    "runs as root": lambda _, container: container["securityContext"].update(runAsUser=0),
    "no seccomp": lambda pod, _: pod["securityContext"].update(seccompProfile={"type": "Unconfined"}),
    "hostNetwork": lambda pod, _: pod.update(hostNetwork=True),
    "the node's": lambda pod, _: pod["volumes"].append({"name": "root", "hostPath": {"path": "/"}}),
    "gain privileges": lambda _, container: container["securityContext"].pop("allowPrivilegeEscalation"),
    "capabilities": lambda _, container: container["securityContext"].update(capabilities={"drop": ["NET_RAW"]}),
    "root can be written": lambda _, container: container["securityContext"].pop("readOnlyRootFilesystem"),
    "no limits of memory": lambda _, container: container["resources"]["limits"].pop("memory"),
    "no requests of cpu and memory": lambda _, container: container["resources"].pop("requests"),
    "latest is not pinned": lambda _, container: container.update(image="astor-sandbox:latest"),
    "registry:5000/astor-sandbox is not pinned": lambda _, container: container.update(
        image="registry:5000/astor-sandbox"
    ),
    "holds a secret": lambda _, container: container["env"].append(
        {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "sandbox-token", "key": "token"}}}
    ),
    "is a secret": lambda _, container: container.update(envFrom=[{"secretRef": {"name": "sandbox-token"}}]),
    "keeps capabilities": lambda pod, _: pod.update(initContainers=[{"name": "first", "image": "astor-core:1"}]),
}


@pytest.mark.parametrize("told", BREACHES)
def test_a_breach_of_a_rule_is_found(told: str) -> None:
    assert any(told in fault for fault in faults(changed(BREACHES[told])))


def test_wide_rights_are_found() -> None:
    role = copy.deepcopy(find("gpu", "Role", "astor-deployer"))
    role["rules"] += [{"apiGroups": ["*"], "resources": ["secrets"], "verbs": ["get"]}]
    assert faults(role) == ["it grants all apiGroups", "it grants secrets"]


@pytest.mark.parametrize(
    ("told", "change"),
    [
        ("'immage' was unexpected", lambda _, container: container.update(immage="astor-sandbox:1")),
        ("'80' is not of type 'integer'", lambda _, container: container["ports"][0].update(containerPort="80")),
        ("'driver' is a required property", lambda pod, _: pod["volumes"].append({"name": "x", "csi": {}})),
    ],
)
def test_what_a_release_refuses_is_found(told: str, change: Callable[[Document, Document], object]) -> None:
    assert any(told in fault for fault in schema_faults(changed(change), RELEASES[-1]))


def test_a_custom_resource_is_held_against_its_own_schema() -> None:
    queue = copy.deepcopy(find("gpu", "ClusterQueue", "astor"))
    queue["spec"]["queueingStrategy"] = "Fastest"
    assert any("'Fastest' is not one of" in fault for fault in schema_faults(queue, RELEASES[0]))
