"""The command as people run it: a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "COLUMNS": "80", "MLFLOW_TRACKING_URI": ""}
COMMAND = [sys.executable, "-m", "astor.cli"]
Astor = Callable[..., subprocess.CompletedProcess[str]]


@dataclass(frozen=True)
class Finished:
    """A run that came to its end in an S3 store."""

    store: str
    environment: dict[str, str]
    result: dict[str, Any]
    progress: str
