"""A KFP to submit to: the server of the tests, or, behind the marker `cluster`, a real one."""

import os
from collections.abc import Iterator

import pytest
from kfp_server import KfpServer
from where_runs_go import Cluster

REAL = ("ASTOR_TEST_KFP", "ASTOR_TEST_IMAGE", "ASTOR_TEST_STORE")
"""A real KFP's address, an image that its cluster can pull, and an s3:// prefix that its tasks may write to. Optional:
ASTOR_TEST_S3_SECRET, the Kubernetes secret with the credentials for it, and ASTOR_TEST_MLFLOW, MLflow's address."""


@pytest.fixture
def server() -> Iterator[KfpServer]:
    with KfpServer() as server:
        yield server


@pytest.fixture(params=["server", pytest.param("cluster", marks=pytest.mark.cluster)])
def cluster(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    if request.param == "cluster":
        if missing := [name for name in REAL if not os.environ.get(name)]:
            pytest.skip(f"no cluster: set {', '.join(missing)}")
        url, image, store = (os.environ[name] for name in REAL)
        secret = os.environ.get("ASTOR_TEST_S3_SECRET")
        mlflow = os.environ.get("ASTOR_TEST_MLFLOW", "http://mlflow.mlflow:5000")
        return Cluster(url, store, image, {"store": secret} if secret else {}, mlflow)
    for name in ("KF_PIPELINES_ENDPOINT", "KF_PIPELINES_SA_TOKEN_PATH", "ASTOR_NAMESPACE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KUBECONFIG", "/dev/null")
    server = request.getfixturevalue("server")
    return Cluster(server.url, server=server)
