"""Tasks of the local pipeline as they begin and end."""

import subprocess
import time
from collections.abc import Iterator
from typing import NamedTuple

import psutil

GLANCE = 0.02
"""Seconds between looks at the processes of a command."""


class Task(NamedTuple):
    """One task of the pipeline, which is one process."""

    step: str
    """The component's function."""
    process: psutil.Process


def tasks(command: "subprocess.Popen[str]") -> Iterator[Task]:
    """Each task of a local pipeline when it has begun, until the command ends."""
    seen: set[int] = set()
    while command.poll() is None:
        for process in _family(command.pid):
            if process.pid not in seen and (step := _step(process)):
                seen.add(process.pid)
                yield Task(step, process)
        time.sleep(GLANCE)


def _family(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _step(process: psutil.Process) -> str:
    """What a process computes; empty where it is no task."""
    try:
        words = process.cmdline()
    except psutil.NoSuchProcess:
        return ""
    if words[1:3] != ["-m", "kfp.dsl.executor_main"]:
        return ""
    return words[words.index("--function_to_execute") + 1]
