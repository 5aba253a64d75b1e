"""A real MLflow server instead of a file: slow, for it takes seconds to start."""

import os
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from test_models import decide, put

from astor.registry.connection import connect
from astor.registry.models import champion
from astor.registry.tracking import Tracker
from astor.storage import Attempt

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    directory = tmp_path_factory.mktemp("server")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "server", "--host=127.0.0.1", f"--port={port}", "--workers=1"]
    command += [
        f"--backend-store-uri=sqlite:///{directory}/mlflow.db",
        f"--artifacts-destination={directory}/artifacts",
    ]
    environment = os.environ | {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=directory)
    uri = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 120
        while True:
            try:
                urllib.request.urlopen(f"{uri}/health", timeout=5).close()
                break
            except OSError:
                assert process.poll() is None, (directory / "log").read_text()
                assert time.monotonic() < deadline, "the server does not come up"
                time.sleep(0.5)
        yield uri
    finally:
        process.terminate()
        process.wait(30)


def test_a_run_and_a_model_go_through_a_server(server, tmp_path):
    tracker = Tracker(server, "astor", "quickstart-1", "d" * 64)
    tracker.log_round(0, {"score/io": 0.1})
    tracker.log_texts({"report.html": "<html>"})
    with Attempt(str(tmp_path / "models" / "a")) as attempt:
        (attempt.part("policy", "Policy/1") / "config.json").write_text("{}")
        reference = f"{tmp_path / 'models' / 'a'}#{attempt.commit().digest}"
    version = put(server, reference, decide("a"), tracker.run_id)
    assert version.alias == "champion"
    assert champion(server, "astor").policy == reference
    source = connect(server).get_model_version("astor", version.version).source
    assert source == f"runs:/{tracker.run_id}/policy"
    assert [file.path for file in connect(server).list_artifacts(tracker.run_id, "policy")] == ["policy/config.json"]
