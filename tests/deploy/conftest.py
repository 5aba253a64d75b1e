"""A cluster that answers on this machine, and versions to deploy there."""

import pytest
from api_server import ApiServer, listening, write_kubeconfig

from astor.deploy.cluster import Cluster
from astor.deploy.found import Found
from astor.deploy.options import DeployOptions


@pytest.fixture
def api(tmp_path, monkeypatch):
    """The API server, to which KUBECONFIG leads."""
    server = ApiServer()
    with listening(server) as address:
        server.address = address
        monkeypatch.setenv("KUBECONFIG", str(write_kubeconfig(tmp_path / "kubeconfig", address)))
        yield server


@pytest.fixture
def cluster(api):
    return Cluster()


@pytest.fixture
def found():
    """The version of a number."""
    return lambda number: Found(f"coder/{number}", f"{number:064x}", f"s3://models/{number}/policy")


@pytest.fixture
def options():
    """Options that wait for as long as this machine needs."""

    def make(**given):
        quick = {"poll_seconds": 0.005, "failed_seconds": 0.02, "smoke_seconds": 30, "load_seconds": 30}
        return DeployOptions(**{"name": "coder", **quick, **given})

    return make
