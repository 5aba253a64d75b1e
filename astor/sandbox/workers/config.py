"""How zygotes are started, and what they are told: made once for all zygotes of a sandbox."""

import compileall
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from astor.sandbox.isolation.bubblewrap import Bubblewrap, bubblewrap
from astor.sandbox.isolation.libraries import find_libraries
from astor.sandbox.isolation.readable import PYTHON, readable
from astor.sandbox.isolation.seccomp import filters
from astor.sandbox.options import SandboxOptions

ENVIRONMENT = {
    "HOME": "/nonexistent",
    "LC_ALL": "C.UTF-8",
    "LD_BIND_NOW": "1",
    "MALLOC_ARENA_MAX": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PATH": "/usr/bin:/bin",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "TZ": "UTC",
}
"""All that a program finds in its environment, but for LD_BIND_NOW: the same on every machine. One arena, because each
reserves 64 MiB of the address space that RLIMIT_AS counts. Symbols are bound when a zygote starts, not again in each
child that is the first to use one."""

_LAUNCH = Path(__file__).resolve().parents[1] / "inside" / "launch.py"


@dataclass(frozen=True)
class WorkerConfig:
    """How zygotes are started, and what they are told."""

    namespaces: Bubblewrap
    zygote: dict[str, Any]
    """What each zygote is told; plain data."""

    def command(self, control: int) -> list[str]:
        """The command of a zygote that is controlled through the descriptor `control`."""
        # Without its site packages, which are none of a program's and take longer to start than all the rest.
        return [*self.namespaces.command, PYTHON, "-S", "-s", "-P", str(_LAUNCH), str(control)]


def worker_config(options: SandboxOptions) -> WorkerConfig:
    """For the workers of a sandbox; UserError where a package is declared that is not installed."""
    if not sys.dont_write_bytecode:
        # Zygotes may not write it themselves, and compile for a fourth of their start where it is missing.
        compileall.compile_dir(_LAUNCH.parent, quiet=2)
    libraries = find_libraries(options.allowed_imports)
    files = readable(tuple(libraries.files), tuple(libraries.directories))
    namespaces = bubblewrap(files, str(_LAUNCH.parent))
    zygote = {
        # The parent of the first process of a namespace is none that it could know.
        "parent": 0 if namespaces.command else os.getpid(),
        # Each child copies Landlock's rules: few will do where namespaces hide the rest.
        "readable": [*files.roots, *files.packages] if namespaces.command else files.files(),
        "listable": files.directories(),
        "modules": libraries.modules,
        "metadata": libraries.metadata,
        "preimported": list(options.preimported),
        "zygote_filter": filters().zygote,
        "child_filter": filters().child,
    }
    return WorkerConfig(namespaces, zygote)
