"""What of KFP's own is set otherwise, tried on objects as KFP installs them."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.k8s.manifests import RELEASES, ROOT, Document, schema_faults

INSTALLED: dict[str, Document] = {
    "namespace": {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": "kubeflow", "labels": {"kubernetes.io/metadata.name": "kubeflow"}},
    },
    "workflow-defaults": {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "workflow-controller-configmap", "namespace": "kubeflow"},
        "data": {"executor": "imagePullPolicy: IfNotPresent\n"},
    },
    "workflow-controller": {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "workflow-controller", "namespace": "kubeflow"},
        "spec": {
            "selector": {"matchLabels": {"app": "workflow-controller"}},
            "template": {
                "metadata": {"labels": {"app": "workflow-controller"}},
                "spec": {
                    "containers": [
                        {
                            "name": "workflow-controller",
                            "image": "quay.io/argoproj/workflow-controller:v4.0.8",
                            "env": [{"name": "LEADER_ELECTION_IDENTITY", "value": "one"}],
                        }
                    ]
                },
            },
        },
    },
}


def patched(name: str, tmp_path: Path) -> Document:
    """The object after the patch, as kubectl makes it."""
    if shutil.which("kubectl") is None:
        pytest.skip("there is no kubectl, which patches objects")
    (tmp_path / "object.yaml").write_text(yaml.safe_dump(INSTALLED[name]))
    command = ["kubectl", "patch", "--local", "--filename", str(tmp_path / "object.yaml"), "--output", "yaml"]
    command += ["--patch-file", str(ROOT / "kfp" / f"{name}.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    document: Document = yaml.safe_load(done.stdout)
    assert [schema_faults(document, release) for release in RELEASES] == [[]] * len(RELEASES)
    return document


def test_each_patch_says_how_it_is_given() -> None:
    assert {path.stem for path in (ROOT / "kfp").iterdir()} == set(INSTALLED)
    for name, document in INSTALLED.items():
        first = (ROOT / "kfp" / f"{name}.yaml").read_text().splitlines()[0]
        kind, target = document["kind"].lower(), document["metadata"]["name"]
        assert re.fullmatch(rf"# kubectl patch {kind} {target} .*--patch-file k8s/kfp/{name}\.yaml", first)
        assert first.removeprefix("# ") in (ROOT.parent / "docs" / "cluster.md").read_text()


def test_the_namespace_is_marked_and_held_to_the_baseline(tmp_path: Path) -> None:
    labels = patched("namespace", tmp_path)["metadata"]["labels"]
    assert labels["kubernetes.io/metadata.name"] == "kubeflow"
    assert labels["astor/role"] == "steps"
    assert {name: labels[f"pod-security.kubernetes.io/{name}"] for name in ("enforce", "warn")} == {
        "enforce": "baseline",
        "warn": "restricted",
    }


def test_pods_that_were_lost_are_tried_again_and_steps_that_fail_are_not(tmp_path: Path) -> None:
    data = patched("workflow-defaults", tmp_path)["data"]
    assert data["executor"] == INSTALLED["workflow-defaults"]["data"]["executor"]
    strategy = yaml.safe_load(data["workflowDefaults"])["spec"]["templateDefaults"]["retryStrategy"]
    assert (strategy["limit"], strategy["retryPolicy"]) == ("2", "Always")
    # Argo's expression, as Python reads it: a lost node is an Error; 137 is memory, 143 an eviction.
    expression = strategy["expression"].replace("lastRetry.", "").replace("asInt", "int")
    again = {
        (status, code): eval(expression, {"status": status, "exitCode": code, "int": int})
        for status, code in (("Error", "-1"), ("Failed", "137"), ("Failed", "143"), ("Failed", "1"), ("Failed", "2"))
    }
    assert [when for when, tried in again.items() if tried] == [("Error", "-1"), ("Failed", "137"), ("Failed", "143")]


def test_the_controller_looks_more_often(tmp_path: Path) -> None:
    (container,) = patched("workflow-controller", tmp_path)["spec"]["template"]["spec"]["containers"]
    assert container["image"] == "quay.io/argoproj/workflow-controller:v4.0.8"
    assert {each["name"]: each["value"] for each in container["env"]} == {
        "LEADER_ELECTION_IDENTITY": "one",
        "DEFAULT_REQUEUE_TIME": "1s",
    }
