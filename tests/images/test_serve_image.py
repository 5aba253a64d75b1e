"""The image that serves: it answers with a policy of a run as its own user, with a root that can't be written."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.images.engine import LONGEST_START, WRITABLE, build, docker, free_port, started, wait_for, whoami

pytestmark = [pytest.mark.images, pytest.mark.timeout(3600)]

KEY = "key-of-the-tests"


def astor(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "astor.cli", *arguments], check=True)


@pytest.fixture(scope="session")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a run of the miniature registered, exported, as an InferenceService has it."""
    root = tmp_path_factory.mktemp("serve")
    store, directory = str(root / "store"), root / "policy"
    astor("run", "miniature", "--on", "process", "--store", store, "--set", "rounds=2")
    astor("export", "astor-miniature/1", str(directory), "--store", store)
    for each in (*directory.parents, *directory.rglob("*")):
        if each.is_relative_to(root):
            each.chmod(0o755)
    directory.chmod(0o755)
    return directory


def test_it_answers_with_a_policy_that_it_was_given(policy: Path) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    flags = (*WRITABLE, "--volume", f"{policy}:/mnt/models:ro", "--env", f"ASTOR_API_KEYS={KEY}")
    arguments = ("--policy", "/mnt/models", "--port", str(port))
    with started(build("serve"), *arguments, flags=flags) as name:
        wait_for(f"{address}/ready")
        (model,) = httpx.get(f"{address}/v1/models", headers={"Authorization": f"Bearer {KEY}"}).json()["data"]
        question = {"model": model["id"], "prompt": "def f(x):", "max_tokens": 8, "seed": 1}
        refused = httpx.post(f"{address}/v1/completions", json=question)
        answer = httpx.post(
            f"{address}/v1/completions", json=question, headers={"Authorization": f"Bearer {KEY}"}, timeout=60
        ).json()
        assert whoami(name) == "65534 False"
        docker("stop", "--time", "60", name)
        assert docker("inspect", "--format", "{{.State.ExitCode}}", name) == "0"
    assert refused.status_code == 401
    assert answer["choices"][0]["text"]
    assert answer["usage"]["completion_tokens"] <= 8


def test_without_a_key_it_serves_nobody_elsewhere(policy: Path) -> None:
    command = ["docker", "run", "--rm", *WRITABLE, "--volume", f"{policy}:/mnt/models:ro", build("serve")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_START, check=False)
    assert done.returncode == 2
    assert "the endpoint has no key" in done.stderr
