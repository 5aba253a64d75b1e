"""Real services that can be taken away: SeaweedFS as S3, and an MLflow server."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any


class Service:
    """A server on this machine, with all that it knows in a directory."""

    def __init__(self, directory: Path, command: list[str], is_ready: Callable[[], bool]) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.directory, self.command, self.is_ready = directory, command, is_ready
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return once it answers."""
        with (self.directory / "log").open("ab") as log:
            quiet = os.environ | {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
            self.process = subprocess.Popen(
                self.command, stdout=log, stderr=log, cwd=self.directory, env=quiet, start_new_session=True
            )
        deadline = time.monotonic() + 120
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self.command[0]} does not start: see {self.directory / 'log'}")
            time.sleep(0.3)

    def take_away(self) -> None:
        """Kill it and its children, as a machine that is lost."""
        assert self.process is not None, "it was started"
        if self.process.poll() is None:
            os.killpg(self.process.pid, 9)
            self.process.wait()

    def __enter__(self) -> "Service":
        self.start()
        return self

    def __exit__(self, *reason: Any) -> None:
        self.take_away()


def mlflow_server(directory: Path) -> tuple[Service, str]:
    """The service, and its address."""
    (port,) = free_ports(1)
    uri = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "mlflow", "server", "--host=127.0.0.1", f"--port={port}", "--workers=1"]
    command += [f"--backend-store-uri=sqlite:///{directory}/mlflow.db", f"--artifacts-destination={directory}/files"]
    return Service(directory, command, lambda: answers(f"{uri}/health")), uri


def seaweed(directory: Path) -> Service:
    """The service, whose address and keys stand in the environment of this process from now on."""
    ports = free_ports(6)
    keys = {"AWS_ACCESS_KEY_ID": "tester", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}
    os.environ.update(keys, AWS_ENDPOINT_URL_S3=f"http://127.0.0.1:{ports[3]}", XDG_CACHE_HOME=str(directory / "cache"))
    directory.mkdir(parents=True, exist_ok=True)
    identity = {"accessKey": keys["AWS_ACCESS_KEY_ID"], "secretKey": keys["AWS_SECRET_ACCESS_KEY"]}
    actions = ["Admin", "Read", "Write", "List", "Tagging"]
    config = {"identities": [{"name": "tester", "credentials": [identity], "actions": actions}]}
    (directory / "s3.json").write_text(json.dumps(config))
    names = ("-master.port", "-volume.port", "-filer.port", "-s3.port", "-s3.port.iceberg", "-s3.port.lance")
    command = [str(Path(sys.executable).with_name("weed")), "server", f"-dir={directory}", "-ip=127.0.0.1"]
    command += ["-ip.bind=127.0.0.1", "-s3", f"-s3.config={directory}/s3.json", "-master.volumeSizeLimitMB=64"]
    command += ["-volume.max=20", *(f"{name}={port}" for name, port in zip(names, ports, strict=True))]
    return Service(directory, command, _keeps_what_is_put)


def _keeps_what_is_put() -> bool:
    """Whether the bucket `astor` takes an object; it is made where it is missing."""
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    client = boto3.client("s3", config=Config(retries={"max_attempts": 1}))
    try:
        if all(bucket["Name"] != "astor" for bucket in client.list_buckets()["Buckets"]):
            client.create_bucket(Bucket="astor")
        client.put_object(Bucket="astor", Key="probe", Body=b"here")
    except (BotoCoreError, ClientError):
        return False
    return True


def answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=5).close()
    except OSError:
        return False
    return True


def free_ports(count: int) -> list[int]:
    """Ports below 30000, whose neighbours 10000 above are free too: SeaweedFS listens there."""
    ports: list[int] = []
    for port in range(21000 + os.getpid() % 800 * 10, 30000):
        with socket.socket() as own, socket.socket() as above:
            if own.connect_ex(("127.0.0.1", port)) and above.connect_ex(("127.0.0.1", port + 10000)):
                ports.append(port)
        if len(ports) == count:
            break
    return ports
