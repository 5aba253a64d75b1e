"""Fixtures that several rooms share: a real S3 server, real public data, small runs."""

import contextlib
import inspect
import json
import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import BotoCoreError, ClientError
from hypothesis import settings
from warm_python import warm_python

from astor.recipe.load import load_recipe
from astor.registry.connection import connect
from astor.run.run import Run
from astor.storage.s3 import s3_client

# How long an example takes is a matter of what else the machine does.
settings.register_profile("astor", deadline=None)
settings.load_profile("astor")

S3_USERS = ("astor-steps", "astor-verify", "astor-serving", "astor-mlflow")
"""Who may do nothing with a bucket that has no policy for them."""
SHARED_DATA = Path(__file__).parents[1].parent / "shared" / "data"


LONGEST = ("test_whole_runs.py", "test_loop.py", "test_serve.py", "test_longer_and_moved.py", "test_run_partner.py")
"""Files whose tests begin interpreters that import torch, or go over a run again and again."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first: of several workers none is then left alone with one of them at the end."""
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


@pytest.fixture(scope="session", autouse=True)
def stacks_without_sources() -> Iterator[None]:
    """KFP looks at the stack whenever it sets something of a task: with the source of each of pytest's frames that is
    most of the time in which a pipeline is compiled."""
    stack = inspect.stack
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inspect, "stack", lambda context=0: stack(context))
        yield


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Public data in its original form, which lies beside the checkout where it lies anywhere."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the public data beside the checkout is absent")
    return SHARED_DATA


@pytest.fixture(scope="session")
def python() -> Iterator[str]:
    """An interpreter to take instead of `sys.executable`, whose imports of torch, MLflow and KFP cost nothing."""
    with warm_python() as executable:
        yield executable


@pytest.fixture
def miniature(tmp_path: Path) -> Callable[..., Run]:
    """Runs of the miniature recipe in a directory of their own: `miniature(**{"dotted.key": value})`."""

    def make(**overrides: Any) -> Run:
        return Run(str(tmp_path / "store"), load_recipe("miniature", overrides))

    return make


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real MLflow database, which takes a second to make: made once, to be copied."""
    path = tmp_path_factory.mktemp("mlflow") / "empty.db"
    connect(f"sqlite:///{path}")
    return path


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str, str], None]:
    """`installed(group, code, name)`: a package of that code, as pip leaves it, whose function `name` is an entry point
    of the group."""

    def install(group: str, code: str, name: str) -> None:
        (tmp_path / "my_package.py").write_text(code)
        info = tmp_path / "my_package-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: my-package\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[{group}]\nmine = my_package:{name}\n")
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.delitem(sys.modules, "my_package", raising=False)

    return install


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The endpoint of a SeaweedFS server of this session."""
    directory = tmp_path_factory.mktemp("s3")
    actions = {"tester": ["Admin", "Read", "Write", "List", "Tagging"]} | {name: [] for name in S3_USERS}
    identities = [
        {"name": name, "credentials": [{"accessKey": name, "secretKey": "secret"}], "actions": granted}
        for name, granted in actions.items()
    ]
    (directory / "s3.json").write_text(json.dumps({"identities": identities}))
    ports = _free_ports(6)
    names = ("-master.port", "-volume.port", "-filer.port", "-s3.port", "-s3.port.iceberg", "-s3.port.lance")
    with (directory / "log").open("wb") as log:
        server = subprocess.Popen(
            [
                str(Path(sys.executable).with_name("weed")),
                "server",
                f"-dir={directory}",
                "-ip=127.0.0.1",
                "-ip.bind=127.0.0.1",
                "-s3",
                f"-s3.config={directory}/s3.json",
                "-master.volumeSizeLimitMB=64",
                "-volume.max=100",  # each bucket takes seven
                *(f"{name}={port}" for name, port in zip(names, ports, strict=True)),
            ],
            stdout=log,
            stderr=log,
        )
    endpoint = f"http://127.0.0.1:{ports[3]}"
    client = s3_user(endpoint, "tester")
    try:
        deadline = time.monotonic() + 60
        while not _keeps_what_is_put_first(client):
            assert server.poll() is None, f"weed ended: {(directory / 'log').read_text()[-2000:]}"
            assert time.monotonic() < deadline, f"weed is not ready: {(directory / 'log').read_text()[-2000:]}"
            time.sleep(0.3)
        yield endpoint
    finally:
        server.kill()  # it takes half a minute to say good-bye
        server.wait()


def s3_user(endpoint: str, name: str) -> Any:
    """boto3's client of one of the server's users."""
    keys = {"aws_access_key_id": name, "aws_secret_access_key": "secret"}
    return boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", **keys)


def _keeps_what_is_put_first(client: Any) -> bool:
    """Whether the server does all that a store asks of it, in the bucket `astor`, which is made where it is missing."""
    place = {"Bucket": "astor", "Key": uuid.uuid4().hex}
    try:
        if all(bucket["Name"] != "astor" for bucket in client.list_buckets()["Buckets"]):
            client.create_bucket(Bucket="astor")
        client.put_object(**place, Body=b"first", IfNoneMatch="*")
        assert client.get_object(**place)["Body"].read() == b"first"
        client.put_object(**place, Body=b"second", IfNoneMatch="*")
    except ClientError as error:
        return error.response["Error"]["Code"] == "PreconditionFailed"
    except BotoCoreError:
        return False
    raise AssertionError("weed puts a second time what may be put once")


@pytest.fixture
def s3_prefix(s3_server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """A fresh `s3://bucket/prefix` on the real server, with the environment that boto3 reads."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", s3_server)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "tester")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    forget_s3_client()
    return f"s3://astor/{uuid.uuid4().hex[:12]}"


def forget_s3_client() -> None:
    """Make the next store read the environment again."""
    boto3.setup_default_session()
    s3_client.cache_clear()


def _free_ports(count: int) -> list[int]:
    """Ports below 30000: each server listens 10000 above its own, too. Processes whose numbers are neighbours, as of
    two workers that start at once, look in places of their own."""
    first = os.getpid() % 1000 * 10
    ports: list[int] = []
    for place in range(10000):
        port = 20000 + (first + place) % 10000
        with socket.socket() as own, socket.socket() as above, contextlib.suppress(OSError):
            own.bind(("127.0.0.1", port))
            above.bind(("127.0.0.1", port + 10000))
            ports.append(port)
        if len(ports) == count:
            break
    return ports
