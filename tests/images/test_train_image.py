"""The image that trains: DeepSpeed updates in it as its own user, with a root that can't be written."""

import json

import pytest

from tests.images.engine import RESTRICTED, WRITABLE, build, docker

pytestmark = [pytest.mark.images, pytest.mark.timeout(3600)]

ZERO = ("--set", "training.type=deepspeed", "--set", "training.precision=fp32", "--set", "rounds=2")


def inside(*command: str, timeout: float = 900) -> str:
    """What a command says in a container of its own."""
    return docker("run", "--rm", *RESTRICTED, *WRITABLE, build("train"), *command, timeout=timeout)


def test_it_has_deepspeed_and_no_compiler() -> None:
    program = "import deepspeed, astor, shutil; print(deepspeed.__version__, shutil.which('cc'), shutil.which('g++'))"
    assert inside("python3", "-c", program).splitlines()[-1] == "0.19.8 None None"


def test_deepspeed_updates_the_miniature_in_it() -> None:
    """On the CPUs of this machine, in one process: what goes on on GPUs needs some."""
    said = inside("astor", "run", "miniature", "--on", "process", "--store", "/tmp/store", *ZERO)
    result = json.loads(said.splitlines()[-1])
    assert result["rounds"] == 2
    assert result["model"] == "astor-miniature/1"
