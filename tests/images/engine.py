"""A Docker engine, and images built with it as a person builds them."""

import os
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SETTINGS = ("BASE", "TORCH_INDEX", "LIBRARIES")
"""Build arguments that the environment may set."""
RESTRICTED = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--network", "host")
"""What the Pod Security Standard `restricted` asks for, and a root that can't be written."""


def docker(*arguments: str, timeout: float = 60) -> str:
    """What the command says on standard output."""
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, timeout=timeout, check=False)
    assert done.returncode == 0, f"docker {' '.join(arguments)}: {done.stderr[-2000:]}"
    return done.stdout.strip()


@cache
def build(role: str) -> str:
    """The tag of the image of a role, built anew as far as its files have changed; skips where there is no engine.

    Where ASTOR_IMAGE_ROLE names an image, that one is tried, as one that was pulled.
    """
    try:
        subprocess.run(["docker", "version"], capture_output=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        pytest.skip("no Docker engine answers: start one, or set DOCKER_HOST")
    if given := os.environ.get(f"ASTOR_IMAGE_{role.upper()}"):
        return given
    tag = f"astor-{role}:test"
    arguments = [f"--build-arg={name}={os.environ[name]}" for name in SETTINGS if name in os.environ]
    docker(
        *("build", "--network", "host", "--file", str(ROOT / "images" / role / "Dockerfile"), "--tag", tag),
        *arguments,
        str(ROOT),
        timeout=3600,
    )
    return tag
