"""MLflow as manifests start it: the core image, a root that can't be written, and names by which it may be called."""

import httpx
import pytest

from tests.images.engine import WRITABLE, build, free_port, started, wait_for, whoami
from tests.k8s.manifests import documents, find

pytestmark = [pytest.mark.images, pytest.mark.timeout(3600)]

SEARCH = "api/2.0/mlflow/experiments/search?max_results=1"
AS_THE_KUBELET = "10.0.0.7:5000"
"""By its address, when it asks whether the pod is well."""


def test_it_answers_to_its_names_and_to_probes() -> None:
    (container,) = find("laptop-cluster", "Deployment", "mlflow")["spec"]["template"]["spec"]["containers"]
    (settings,) = [one["data"] for one in documents("laptop-cluster") if one["kind"] == "ConfigMap"]
    settings = settings | {
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "MLFLOW_BACKEND_STORE_URI": "sqlite:////tmp/mlflow.db",  # in place of the database of the cluster
    }
    port = free_port()
    command = [part.replace("5000", str(port)).replace("0.0.0.0", "127.0.0.1") for part in container["command"]]
    flags = (*WRITABLE, *(f"--env={name}={value}" for name, value in settings.items()))
    address = f"http://127.0.0.1:{port}"
    with started(build("core"), *command, flags=flags) as name:
        wait_for(f"{address}/health")
        assert whoami(name) == "65534 False"
        answers = {
            (path, host): httpx.get(f"{address}/{path}", headers={"Host": host}).status_code
            for path in ("health", SEARCH)
            for host in ("mlflow.astor-mlflow:5000", "mlflow.example.com", AS_THE_KUBELET)
        }
    assert [asked for asked, status in answers.items() if status == 403] == [
        (SEARCH, "mlflow.example.com"),
        (SEARCH, AS_THE_KUBELET),
    ]
    assert {status for status in answers.values() if status != 403} == {200}
