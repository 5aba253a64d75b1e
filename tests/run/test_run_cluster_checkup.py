"""What is told of a cluster, by a server that answers the paths of the Kubernetes API."""

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from mlflow.server.fastapi_security import get_allowed_hosts
from mlflow.server.security_utils import is_allowed_host_header

from astor.errors import UserError
from astor.run.checkup import Check
from astor.run.cluster_checkup import CRDS, cluster_checks
from tests.k8s.manifests import ROOT, find
from tests.kubernetes_answers import Cluster, write_config

CRD = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/"
CONFIG = "/api/v1/namespaces/kubeflow/configmaps/workflow-controller-configmap"
CONTROLLER = "/apis/apps/v1/namespaces/kubeflow/deployments/workflow-controller"
SANDBOX = "/apis/apps/v1/namespaces/astor-sandbox/deployments/sandbox"
READY = "/api/v1/namespaces/astor-sandbox/services/http:sandbox:8080/proxy/ready"
CLAIM = "/api/v1/namespaces/kubeflow/persistentvolumeclaims/astor-trainer"
QUOTAS = "/api/v1/namespaces/kubeflow/resourcequotas"
DEFAULT = "storageclass.kubernetes.io/is-default-class"
NODES, CLASSES = "/api/v1/nodes", "/apis/storage.k8s.io/v1/storageclasses"
MLFLOW = "/apis/apps/v1/namespaces/astor-mlflow/deployments/mlflow"
KSERVE = "/api/v1/namespaces/kserve/configmaps/inferenceservice-config"
SECRETS = (
    *(f"/api/v1/namespaces/kubeflow/secrets/{name}" for name in ("sandbox-token", "store", "store-references")),
    "/api/v1/namespaces/astor-sandbox/secrets/sandbox-token",
    "/api/v1/namespaces/astor-mlflow/secrets/mlflow",
    "/api/v1/namespaces/astor-serving/secrets/store-serving",
)


def standing(manifest: dict[str, Any]) -> dict[str, Any]:
    """A Deployment all of whose pods are ready."""
    return manifest | {"status": {"readyReplicas": manifest["spec"]["replicas"]}}


def patch(name: str) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / "kfp" / f"{name}.yaml").read_text())
    return read


def healthy() -> dict[str, Any]:
    """A cluster with the overlay `gpu`, and what is patched of KFP: path → what is there."""
    mlflow = find("gpu", "Deployment", "mlflow")
    (settings,) = (
        each["configMapRef"]["name"] for each in mlflow["spec"]["template"]["spec"]["containers"][0]["envFrom"]
    )
    node = {"status": {"allocatable": {"cpu": "64", "nvidia.com/gpu": "8"}}}
    default = {DEFAULT: "true"}
    return {
        "/version": {"major": "1", "minor": "34", "gitVersion": "v1.34.4"},
        **{CRD + crd: {"spec": {"versions": [{"name": used, "served": True}]}} for crd, used, *_ in CRDS.values()},
        "/api/v1/namespaces/kubeflow": patch("namespace"),
        CONFIG: patch("workflow-defaults"),
        CONTROLLER: patch("workflow-controller"),
        **{path: {"metadata": {"name": path.rpartition("/")[2]}} for path in SECRETS},
        QUOTAS: {"items": []},
        NODES: {"items": [node, {"status": {"allocatable": {"cpu": "8"}}}]},
        CLASSES: {"items": [{"metadata": {"name": "fast", "annotations": default}}]},
        CLAIM: {"status": {"phase": "Bound"}},
        SANDBOX: standing(find("gpu", "Deployment", "sandbox")),
        READY: {
            "ready": True,
            "why": "",
            "layers": [
                {"name": "Landlock", "stands": True, "why": "version 7", "needed": True},
                {"name": "bubblewrap", "stands": False, "why": "no user namespaces", "needed": False},
                {"name": "seccomp", "stands": True, "why": "no processes", "needed": True},
            ],
        },
        MLFLOW: standing(mlflow),
        f"/api/v1/namespaces/astor-mlflow/configmaps/{settings}": find("gpu", "ConfigMap", settings),
        KSERVE: {"data": {"deploy": json.dumps({"defaultDeploymentMode": "Standard"})}},
    }


def mlflow_settings(has: dict[str, Any]) -> dict[str, Any]:
    """The ConfigMap that MLflow's server is told."""
    found: dict[str, Any] = next(each for path, each in has.items() if "astor-mlflow/configmaps" in path)
    return found


@pytest.fixture(scope="module")
def running() -> Iterator[Cluster]:
    cluster = Cluster(healthy())
    yield cluster
    cluster.server.shutdown()


@pytest.fixture
def cluster(running: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    write_config(tmp_path / "config", running.server.server_port)
    monkeypatch.setattr("kubernetes.config.kube_config.KUBE_CONFIG_DEFAULT_LOCATION", str(tmp_path / "config"))
    running.answers = copy.deepcopy(healthy())
    return running


def told(store: str = "") -> dict[str, Check]:
    return {check.name: check for check in cluster_checks("kubeflow", store)}


def test_a_cluster_that_has_all_is_fine(cluster: Cluster) -> None:
    checks = told()
    assert {name for name, check in checks.items() if check.state != "fine"} == {"store"}
    assert checks["store"].found == "not tried whether it takes what may be written once"
    assert checks["store"].advice == "give --store s3://BUCKET/PREFIX"
    assert checks["GPUs"].found == "8 on 1 of 2 nodes"
    assert checks["sandbox layers"].found == "standing: Landlock, seccomp"


def limit(has: dict[str, Any], count: str, used: str) -> None:
    """A quota of GPUs, which may have been lowered below what is used."""
    gpus = "requests.nvidia.com/gpu"
    status = {"hard": {gpus: count}, "used": {gpus: used}}
    has[QUOTAS]["items"].append({"metadata": {"name": "team"}, "status": status})


LACKS: list[tuple[str, str, str, Callable[[dict[str, Any]], object]]] = [
    ("Kubernetes", "look", "1.32", lambda has: has["/version"].update(minor="29+")),
    ("Argo Workflows", "missing", "Kubeflow Pipelines", lambda has: has.pop(CRD + "workflows.argoproj.io")),
    (
        "KServe",
        "look",
        "install KServe",
        lambda has: has[CRD + "inferenceservices.serving.kserve.io"].update(spec={"versions": []}),
    ),
    ("namespace kubeflow", "missing", "--namespace", lambda has: has.pop("/api/v1/namespaces/kubeflow")),
    (
        "namespace kubeflow",
        "missing",
        "k8s/kfp/namespace.yaml",
        lambda has: has["/api/v1/namespaces/kubeflow"]["metadata"].pop("labels"),
    ),
    ("Argo: lost pods", "look", "k8s/kfp/workflow-defaults.yaml", lambda has: has[CONFIG].update(data={})),
    ("Argo: pace", "look", "step 2", lambda has: has.pop(CONTROLLER)),
    ("Argo", "missing", "Kubeflow Pipelines", lambda has: has.pop(CONFIG)),
    ("secrets of kubeflow", "missing", "step 4", lambda has: has.pop(SECRETS[2])),
    ("quota team", "look", "no room for requests.nvidia.com/gpu", lambda has: limit(has, "8", used="8")),
    ("quota team", "look", "no room for requests.nvidia.com/gpu", lambda has: limit(has, "8", used="10")),
    ("quota team", "fine", "", lambda has: limit(has, "10", used="8")),
    ("GPUs", "look", "device plugin", lambda has: has[NODES]["items"].pop(0)),
    ("storage", "look", "default", lambda has: has[CLASSES].update(items=[])),
    (
        "storage",
        "look",
        "default",
        lambda has: has[CLASSES]["items"][0]["metadata"]["annotations"].update({DEFAULT: "false"}),
    ),
    ("claim astor-trainer", "look", "step 5", lambda has: has.pop(CLAIM)),
    ("claim astor-trainer", "look", "describe pvc", lambda has: has[CLAIM].update(status={"phase": "Pending"})),
    ("claim astor-trainer", "missing", "describe pvc", lambda has: has[CLAIM].update(status={"phase": "Lost"})),
    ("sandbox pool", "missing", "step 5", lambda has: has.pop(SANDBOX)),
    ("sandbox pool", "missing", "describe pods", lambda has: has[SANDBOX].update(status={})),
    ("sandbox layers", "look", "step 6", lambda has: has.update({READY: 503})),
    ("sandbox layers", "missing", "docs/sandbox.md", lambda has: has[READY]["layers"][2].update(stands=False)),
    ("sandbox layers", "missing", "docs/sandbox.md", lambda has: has[READY].update(layers=[])),
    (
        "sandbox layers",
        "missing",
        "docs/sandbox.md",
        lambda has: has[READY].update(layers=[{"name": "worker", "stands": False, "why": "it ended", "needed": True}]),
    ),
    ("MLflow", "look", "tracking.uri", lambda has: has.pop(MLFLOW)),
    ("MLflow", "missing", "kubectl logs", lambda has: has[MLFLOW].update(status={})),
    (
        "MLflow",
        "missing",
        "ALLOWED_HOSTS",
        lambda has: mlflow_settings(has).update(data={}),
    ),
    ("KServe's mode", "look", "Standard", lambda has: has[KSERVE]["data"].update(deploy="{}")),
    ("secrets", "look", "ask who may", lambda has: has.update({SECRETS[0]: 403})),
]


@pytest.mark.parametrize(("name", "state", "advice", "take_away"), LACKS)
def test_what_is_missing_is_told_with_what_to_do(
    cluster: Cluster, name: str, state: str, advice: str, take_away: Callable[[dict[str, Any]], object]
) -> None:
    take_away(cluster.answers)
    check = told()[name]
    assert (check.state, advice in check.advice) == (state, True), check


def test_a_sandbox_that_is_full_is_no_closed_one(cluster: Cluster) -> None:
    cluster.answers[READY] = 503, cluster.answers[READY] | {"ready": False, "why": "the queue is full"}
    check = told()["sandbox layers"]
    assert check.state == "look"
    assert check.found == "standing: Landlock, seccomp; no jobs are taken now: the queue is full"
    assert "docs/cluster.md" in check.advice


@pytest.mark.parametrize(
    "hosts",
    [
        "*",
        "a, mlflow.astor-mlflow:5000",
        "a,mlflow.*:5000",
        "*.astor-mlflow:*",
        "mlflow.astor-mlflow",
        "mlflow.?:5000",
        "",
    ],
)
def test_mlflow_may_be_called_as_its_own_patterns_say(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, hosts: str
) -> None:
    mlflow_settings(cluster.answers).update(data={"MLFLOW_SERVER_ALLOWED_HOSTS": hosts})
    monkeypatch.setenv("MLFLOW_SERVER_ALLOWED_HOSTS", hosts)
    may = is_allowed_host_header(get_allowed_hosts(), "mlflow.astor-mlflow:5000")
    assert told()["MLflow"].state == ("fine" if may else "missing")


def test_a_cluster_that_does_not_know_these_credentials_is_told(cluster: Cluster, tmp_path: Path) -> None:
    write_config(tmp_path / "config", cluster.server.server_port, token="an-old-one")
    with pytest.raises(UserError, match="log in again"):
        told()


def test_a_cluster_that_is_not_there_is_told(cluster: Cluster, tmp_path: Path) -> None:
    write_config(tmp_path / "config", 9)
    with pytest.raises(UserError, match=r"127\.0\.0\.1:9 does not answer"):
        told()


def test_the_store_is_tried(cluster: Cluster, s3_prefix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(s3_prefix)["store"].state == "fine"
    assert told("s3://nobody-has-this/store")["store"].state == "missing"
