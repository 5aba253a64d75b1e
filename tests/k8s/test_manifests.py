"""Every overlay is what Kubernetes takes, and what we allow ourselves.

After a change: `ASTOR_WRITE_GOLDEN=1 pytest tests/k8s/test_manifests.py`, and where there is a new kind,
`python tests/k8s/trim_schemas.py DIRECTORY`.
"""

import copy
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.k8s.manifests import GOLDEN, OVERLAYS, RELEASES, ROOT, Document, documents, find, render, schema_faults
from tests.k8s.rules import faults, pods_of

EVERY_OVERLAY = pytest.mark.parametrize("overlay", OVERLAYS)


@EVERY_OVERLAY
def test_an_overlay_renders_to_the_golden_file(overlay: str) -> None:
    rendered = render(ROOT / "overlays" / overlay)
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


def test_a_pod_of_any_kind_keeps_the_rules() -> None:
    deployment = changed(BREACHES["latest is not pinned"])
    cron_job = {"kind": "CronJob", "metadata": deployment["metadata"], "spec": {"jobTemplate": deployment["spec"]}}
    assert faults(cron_job) == faults(deployment) != []


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


def test_the_overlay_that_the_page_shows_renders(tmp_path: Path) -> None:
    page = (ROOT.parent / "docs" / "cluster.md").read_text()
    (shown,) = re.findall(r"```yaml\n# my-cluster/kustomization.yaml\n(.*?)```", page, re.DOTALL)
    shutil.copytree(ROOT, tmp_path / "k8s")
    (tmp_path / "my-cluster").mkdir()
    (tmp_path / "my-cluster" / "kustomization.yaml").write_text(shown)
    rendered = list(yaml.safe_load_all(render(tmp_path / "my-cluster")))
    images = {container["image"] for pod in pods_of(rendered) for container in pod["containers"]}
    assert {image for image in images if "astor" in image} == {
        "registry.example/team/astor-core:0.1.0",
        "registry.example/team/astor-sandbox:0.1.0",
    }
    (settings,) = [one["data"] for one in rendered if one["kind"] == "ConfigMap"]
    assert settings["MLFLOW_SERVER_ALLOWED_HOSTS"].endswith(",mlflow.example.com")
    assert settings["MLFLOW_ARTIFACTS_DESTINATION"].startswith("s3://")
    assert [faults(one) + schema_faults(one, RELEASES[-1]) for one in rendered] == [[]] * len(rendered)
