"""Which layers of the sandbox stand on this machine, found by trying them."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from astor.errors import UserError
from astor.sandbox.filters import filters
from astor.sandbox.jobs import CallsJob, Result


@dataclass(frozen=True)
class Layer:
    """A row of the table that `astor sandbox check` shows."""

    name: str
    stands: bool
    why: str
    needed: bool = True
    """The sandbox refuses to run without it."""


PROBE = CallsJob(Path(__file__).with_name("probe.py").read_text(), "look_around", ((),))
"""The job whose claim `read_layers` reads."""


def read_layers(zygote: dict[str, Any], probe: Result) -> tuple[Layer, ...]:
    """The table, from what a zygote said of itself and what the probe found."""
    if not (probe.claims and isinstance(probe.claims[0].value, dict)):
        return (Layer("worker", False, f"the probe did not come back: {probe.outcome}, {probe.detail}"),)
    found: dict[str, str] = probe.claims[0].value
    version = zygote["landlock"]
    if version:
        reach = ["files", "TCP"][: 2 if version >= 4 else 1] + (["signals", "abstract sockets"] if version >= 6 else [])
        landlock = f"version {version}: {', '.join(reach)}"
    else:
        landlock = (
            "the kernel offers none: Linux 5.13 or later is needed, with landlock in its list of security modules"
        )
    return (
        _layer("Landlock", found, {"read": "EACCES", "list": "EACCES", "proc": "EACCES", "write": "EACCES"}, landlock),
        _layer(
            "seccomp",
            found,
            dict.fromkeys(("fork", "exec", "signal", "socket", "limits", "user"), "EPERM"),
            filters().missing or "no processes, sockets, signals, users or limits",
        ),
        _layer("resource limits", found, {"memory": "ENOMEM"}, "memory, CPU, files, descriptors, threads"),
        Layer(
            "user of its own",
            bool(zygote["own_user"]),
            "threads are counted per worker" if zygote["own_user"] else "needs root: threads are counted per user",
            needed=False,
        ),
        Layer(
            "bubblewrap",
            False,
            "installed, not used" if shutil.which("bwrap") else "not installed, not used",
            needed=False,
        ),
    )


def require(layers: tuple[Layer, ...]) -> None:
    """UserError where a layer is missing that the sandbox can't do without."""
    for layer in layers:
        if layer.needed and not layer.stands:
            raise UserError(f"The sandbox refuses to run: its layer {layer.name} does not stand ({layer.why}).")


def _layer(name: str, found: dict[str, str], expected: dict[str, str], why: str) -> Layer:
    gaps = [attempt for attempt, error in expected.items() if found.get(attempt) != error]
    return Layer(name, not gaps, f"{why}; not refused: {', '.join(gaps)}" if gaps else why)
