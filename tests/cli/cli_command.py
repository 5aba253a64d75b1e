"""The command as people run it: a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "COLUMNS": "80", "MLFLOW_TRACKING_URI": ""}
COMMAND = [sys.executable, "-m", "astor.cli"]
Astor = Callable[..., subprocess.CompletedProcess[str]]


def run_command(
    command: list[str], *arguments: str | Path, cwd: Path | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run the command to its end, with further arguments and environment variables."""
    whole, environment = [*command, *map(str, arguments)], ENVIRONMENT | variables
    return subprocess.run(whole, env=environment, cwd=cwd, capture_output=True, text=True, check=False)


@dataclass(frozen=True)
class Finished:
    """A run that came to its end in an S3 store."""

    store: str
    environment: dict[str, str]
    result: dict[str, Any]
    progress: str
