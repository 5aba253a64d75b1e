"""The sandbox's image: its server judges programs as its own user, with a root that can't be written."""

import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from astor.sandbox import CallsJob, Ending
from astor.sandbox.pool.client import SandboxPool
from astor.sandbox.pool.options import PoolOptions
from tests.images.engine import build, docker, free_port, started, whoami

pytestmark = [pytest.mark.images, pytest.mark.timeout(3600)]

TOKEN = "a token of the tests"
SUM = "def f(n):\n    import numpy\n    return int(numpy.arange(n).sum())"
SLOW = "import time\ndef f(n):\n    time.sleep(n)\n    return n"
KILLS_WORKERS = """
import contextlib, os, pathlib, signal
for each in pathlib.Path("/proc").glob("[0-9]*"):
    with contextlib.suppress(OSError):
        if b"launch.py\\0" in (each / "cmdline").read_bytes():
            os.kill(int(each.name), signal.SIGKILL)
"""
ZOMBIES = """
import contextlib, pathlib
found = 0
for each in pathlib.Path("/proc").glob("[0-9]*/status"):
    with contextlib.suppress(OSError):
        found += "\\nState:\\tZ" in each.read_text()
print(found)
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Name of a container, and address of the server in it."""
    tmp_path.chmod(0o755)
    (tmp_path / "token").write_text(TOKEN)
    port = free_port()
    arguments = ("--host", "127.0.0.1", "--port", str(port), "--workers=2", "--token-file=/run/secrets/sandbox/token")
    mount = ("--volume", f"{tmp_path}:/run/secrets/sandbox:ro")
    with started(build("sandbox"), *arguments, flags=mount) as name:
        yield name, f"http://127.0.0.1:{port}"


def pool(url: str, monkeypatch: pytest.MonkeyPatch) -> SandboxPool:
    monkeypatch.setenv("POOL_TOKEN", TOKEN)
    return SandboxPool(PoolOptions(urls=(url,), token_env="POOL_TOKEN"))


def inside(name: str, program: str) -> str:
    """What a program prints that the image's Python runs in the container."""
    return docker("exec", name, "python3", "-c", program)


def test_it_judges_programs_as_its_own_user(server: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    name, url = server
    with pool(url, monkeypatch) as sandbox:
        layers = {layer.name: layer.stands for layer in sandbox.layers}
        (result,) = sandbox.run([CallsJob(SUM, "f", ((4,), (5,)))])
    assert result.ending is Ending.FINISHED
    assert [claim.value for claim in result.claims] == [6, 10]
    assert layers["seccomp"]
    assert layers["Landlock"] or layers["bubblewrap"]
    assert whoami(name) == "65534 False"


def test_on_sigterm_it_finishes_what_runs(server: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    name, url = server
    with pool(url, monkeypatch) as sandbox, ThreadPoolExecutor() as others:
        results = sandbox.stream([CallsJob(SLOW, "f", ((0.1,),)), *[CallsJob(SLOW, "f", ((3,),))] * 2])
        next(results)  # The batch is there.
        stopped = others.submit(docker, "stop", "--time", "60", name)
        assert [result.ending for _, result in results] == [Ending.FINISHED] * 2
        assert sandbox.metrics() == {"repeats": 0.0, "given_up": 0.0}
        stopped.result()
    assert docker("inspect", "--format", "{{.State.ExitCode}}", name) == "0"


def test_workers_that_were_killed_leave_nothing(server: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    name, url = server
    with pool(url, monkeypatch) as sandbox, ThreadPoolExecutor() as others:
        running = others.submit(sandbox.run, [CallsJob(SLOW, "f", ((2,),))] * 2)
        time.sleep(1)
        inside(name, KILLS_WORKERS)
        assert [result.ending for result in running.result()] == [Ending.FINISHED] * 2
    assert inside(name, ZOMBIES) == "0"


def test_it_says_what_it_is_made_of(server: tuple[str, str]) -> None:
    name, _ = server
    bill = json.loads(docker("exec", name, "cat", "/opt/astor/sbom.json"))
    assert bill["bomFormat"] == "CycloneDX"
    names = {component["name"].lower() for component in bill["components"]}
    assert {"libseccomp2", "bubblewrap", "numpy", "fastapi", "astor-rl"} <= names
    assert not names & {"torch", "transformers", "gcc", "g++", "kfp", "mlflow"}
    labels = json.loads(docker("inspect", "--format", "{{json .Config.Labels}}", build("sandbox")))
    assert labels["libraries"] == os.environ.get("LIBRARIES", "numpy")
