"""A Docker engine, and images built with it as a person builds them."""

import os
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
SETTINGS = ("BASE", "TORCH_INDEX", "LIBRARIES", "VLLM")
"""Build arguments that the environment may set."""
RESTRICTED = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--network", "host")
"""What the Pod Security Standard `restricted` asks for, and a root that can't be written."""
WRITABLE = ("--tmpfs", "/tmp:mode=1777,exec")
"""Where steps and servers of policies write."""
LONGEST_START = 300
"""Seconds in which a server must be up (our choice: importing torch on a busy disk takes a minute)."""


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
    settings = {name: os.environ[name] for name in SETTINGS if name in os.environ}
    if role == "rollout":
        settings["BASE"] = build("core")
    taken = (ROOT / "images" / role / "Dockerfile").read_text()
    arguments = [f"--build-arg={name}={value}" for name, value in settings.items() if f"\nARG {name}=" in taken]
    docker(
        *("build", "--network", "host", "--file", str(ROOT / "images" / role / "Dockerfile"), "--tag", tag),
        *arguments,
        str(ROOT),
        timeout=3600,
    )
    return tag


@contextmanager
def started(image: str, *arguments: str, flags: tuple[str, ...] = ()) -> Iterator[str]:
    """Name of a container that runs an image's own command with more arguments, restricted, until the block ends."""
    name = f"astor-test-{secrets.token_hex(4)}"
    docker("run", "--detach", "--name", name, *RESTRICTED, *flags, image, *arguments)
    try:
        yield name
    finally:
        print(docker("logs", name))
        docker("rm", "--force", name)


def free_port() -> int:
    """One of this machine, whose network containers of these tests have."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def wait_for(address: str) -> None:
    """Until a server says 200 there."""
    for _ in range(LONGEST_START):
        try:
            if httpx.get(address).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(1)
    pytest.fail(f"{address} has not come up within {LONGEST_START} seconds")


def whoami(name: str) -> str:
    """User, and whether the root can be written, as the image's own Python sees them in a container."""
    return docker("exec", name, "python3", "-c", "import os; print(os.getuid(), os.access('/', os.W_OK))")
