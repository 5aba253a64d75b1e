"""A copy of an MLflow database for every test, a real server for slow ones; policies as stores keep them."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from astor.storage import Attempt, PolicyRef, committed


@pytest.fixture
def mlflow_uri(empty_database, tmp_path, monkeypatch):
    monkeypatch.delenv("KFP_MLFLOW_CONFIG", raising=False)
    monkeypatch.delenv("MLFLOW_RUN_ID", raising=False)
    monkeypatch.chdir(tmp_path)
    shutil.copy(empty_database, tmp_path / "mlflow.db")
    return f"sqlite:///{tmp_path / 'mlflow.db'}"


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


@pytest.fixture
def keep(tmp_path):
    """Keeps a policy in a store, by its digest; its ref."""

    def make(name, store="store"):
        with Attempt(str(tmp_path / "draft")) as attempt:
            directory = attempt.part("policy", "Policy/1")
            (directory / "config.json").write_text(name)
            (directory / "tasks.json").write_text('{"tasks": []}')
            digest = attempt.commit().manifest.parts["policy"].digest
        place = tmp_path / store / "models" / digest[:16]
        place.parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "draft").rename(place)
        return PolicyRef(digest, "first+9", committed(str(place)).ref)

    return make


@pytest.fixture
def policy(tmp_path):
    """Makes an artifact with a policy, as `promote` does; its reference."""

    def make(name):
        with Attempt(str(tmp_path / "models" / name)) as attempt:
            (attempt.part("policy", "Policy/1") / "config.json").write_text(name)
            return attempt.commit().ref

    return make
