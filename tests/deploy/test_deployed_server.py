"""A run's champion from a bucket into a pod: the server that a manifest names is started as it says, and asked."""

import subprocess
import sys
from pathlib import Path

import boto3
import httpx
import pytest
from api_server import ApiServer, listening, write_kubeconfig

from astor.steps.deploy import deploy

pytestmark = pytest.mark.slow


class Pods(ApiServer):
    """Runs the command of a predictor on what its storage URI holds, and passes on what its service is asked."""

    def __init__(self, directory):
        super().__init__()
        self.directory, self.processes, self.addresses = directory, {}, {}

    def start(self, name):
        model = self.pods[name]["model"]
        bucket, _, prefix = model["storageUri"].removeprefix("s3://").partition("/")
        models = self.directory / name
        client = boto3.client("s3")
        for each in client.list_objects_v2(Bucket=bucket, Prefix=f"{prefix}/")["Contents"]:
            path = models / each["Key"].removeprefix(f"{prefix}/")
            path.parent.mkdir(parents=True, exist_ok=True)
            client.download_file(bucket, each["Key"], str(path))
        runtime = self.objects["servingruntimes", model["runtime"]]["spec"]["containers"][0]
        arguments = [*runtime["args"], *model["args"]]
        told = [each.replace("/mnt/models", str(models)).replace("8080", "0") for each in arguments]
        program, *command = runtime["command"]
        assert program == "python3"
        process = subprocess.Popen([sys.executable, *command, *told], stderr=subprocess.PIPE, text=True)
        self.processes[name] = process
        while "answers as" not in (line := process.stderr.readline()):
            assert line, "it ended"
        self.addresses[name] = line.split("/v1 ")[0]

    def _proxied(self, service, method, path, body):
        name = service.removesuffix("-predictor")
        if name not in self.processes:
            self.start(name)
        answer = httpx.request(method, self.addresses[name] + path, json=body, timeout=60)
        return answer.status_code, answer.json()


@pytest.fixture
def pods(tmp_path, monkeypatch):
    server = Pods(tmp_path / "pods")
    with listening(server) as address:
        monkeypatch.setenv("KUBECONFIG", str(write_kubeconfig(tmp_path / "kubeconfig", address)))
        yield server
    for process in server.processes.values():
        process.terminate()
        process.communicate()


def test_a_champion_is_deployed_and_tells_the_digest_of_its_files(pods, tmp_path, s3_prefix):
    database = f"sqlite:///{tmp_path / 'mlflow.db'}"
    run = [sys.executable, "-m", "astor.cli", "run", "miniature", "--on", "process", "--store", s3_prefix]
    done = subprocess.run([*run, "--mlflow-uri", database], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    said = []
    given = {"name": "coder", "runtime": "astor", "image": "astor:1", "poll_seconds": 0.1}
    deployed = deploy(database, "astor-miniature/1", "", given, said.append)
    assert deployed.version == "astor-miniature/1"
    health = httpx.get(f"{pods.addresses['coder']}/health").json()
    assert health == {"status": "ok", "model": "coder", "policy_digest": deployed.digest}
    assert httpx.get(f"{pods.addresses['coder']}/v1/tasks").json()["data"], "its tasks came with it"
    assert Path(pods.directory / "coder" / "policy.json").is_file()
