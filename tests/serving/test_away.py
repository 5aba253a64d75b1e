"""MLflow, the server and S3 are killed in turn: nothing is lost, and nobody is answered wrongly."""

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import httpx
import psutil
import pytest

from astor.registry.claims import Claims
from astor.registry.models import register
from astor.storage import Attempt, PolicyRef, committed
from tests.registry.test_models import decide

pytestmark = pytest.mark.slow

ASK = {"model": "astor", "prompt": "def f(x):", "n": 4, "max_tokens": 10, "seed": 1}
NOWHERE = "http://127.0.0.1:9"


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def running(command, url, log, **environment):
    """A process that answers at `url`/health."""
    with log.open("wb") as told:
        process = subprocess.Popen(command, stdout=told, stderr=told, env=os.environ | environment)
    try:
        deadline = time.monotonic() + 200
        while True:
            try:
                httpx.get(f"{url}/health", timeout=5)
                break
            except httpx.HTTPError:
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.2)
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def mlflow_server(directory):
    port = free_port()
    command = [sys.executable, "-m", "mlflow", "server", "--host=127.0.0.1", f"--port={port}", "--workers=1"]
    command += [f"--backend-store-uri=sqlite:///{directory}/mlflow.db", f"--artifacts-destination={directory}/kept"]
    quiet = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
    url = f"http://127.0.0.1:{port}"
    with running(command, url, directory / "mlflow.log", **quiet) as process:
        yield url, process


@contextmanager
def endpoint(store, mlflow, log, **environment):
    port = free_port()
    command = [sys.executable, "-m", "astor.cli", "serve", "--model", "astor", "--store", store]
    command += ["--mlflow-uri", mlflow, "--port", str(port)]
    url = f"http://127.0.0.1:{port}"
    with running(command, url, log, **environment) as process:
        yield url, process


def register_champion(policy_directory, store, mlflow):
    place = f"{store}/models/one"
    with Attempt(place) as attempt:
        part = attempt.part("policy", "Policy/1")
        for path in policy_directory.iterdir():
            (part / path.name).write_bytes(path.read_bytes())
        digest = attempt.commit().manifest.parts["policy"].digest
    policy = PolicyRef(digest, "first+9", committed(place).ref)
    from mlflow import MlflowClient

    client = MlflowClient(mlflow)
    run = client.create_run(client.create_experiment("astor")).info.run_id
    register(mlflow, "astor", policy, run, decide(digest), {"astor.run": "own-1"}, Claims(store, "astor"))
    return digest


def answer(url):
    said = httpx.post(f"{url}/v1/completions", json=ASK, timeout=60).raise_for_status().json()
    return said["system_fingerprint"], [choice["text"] for choice in said["choices"]]


def test_nothing_is_lost(policy_directory, s3_prefix, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    with mlflow_server(tmp_path) as (mlflow, server):
        digest = register_champion(policy_directory, s3_prefix, mlflow)
        with endpoint(s3_prefix, mlflow, tmp_path / "first.log") as (url, process):
            first = answer(url)
            server.kill()
            server.wait()
            assert answer(url) == first  # MLflow is away, and nobody needs it
            children = psutil.Process(process.pid).children(recursive=True)
            process.kill()
            _, alive = psutil.wait_procs(children, timeout=60)
            assert not alive  # no model's process outlives its server
            with pytest.raises(httpx.ConnectError):
                answer(url)
        log = tmp_path / "second.log"
        with endpoint(s3_prefix, mlflow, log, AWS_ENDPOINT_URL_S3=NOWHERE) as (url, _):
            assert answer(url) == first
    assert first[0] == digest
    assert "Served is version 1 of astor, which was served here on" in log.read_text()
