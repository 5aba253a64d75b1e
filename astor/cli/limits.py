"""The limits of programs as options: the same ones wherever a command runs programs."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from astor.sandbox import Limits

CpuSeconds = Annotated[float, typer.Option(min=0.05, help="CPU seconds of one program.")]
WallSeconds = Annotated[
    float | None, typer.Option(min=0.1, help="Seconds of the clock on the wall; default: five times the CPU seconds.")
]
MemoryMb = Annotated[int, typer.Option(min=64, help="MiB of memory of one program.")]
OutputMb = Annotated[
    int | None,
    typer.Option(min=1, help="MiB that it may write; default: 16 as standard output, 1 as results of calls."),
]

CPU_SECONDS = 2.0
MEMORY_MB = 512

OPTIONS = {
    "cpu_seconds": "--cpu-seconds",
    "wall_seconds": "--wall-seconds",
    "memory_mb": "--memory-mb",
    "output_bytes": "--output-mb",
    "stdout_bytes": "--output-mb",
}
"""Limit → the option that raises it."""


def limits_of(cpu_seconds: float, wall_seconds: float | None, memory_mb: int, output_mb: int | None) -> "Limits":
    """The limits that the options ask for."""
    from astor.sandbox import Limits

    outputs = {} if output_mb is None else dict.fromkeys(("output_bytes", "stdout_bytes"), output_mb << 20)
    wall = 5 * cpu_seconds if wall_seconds is None else wall_seconds
    return Limits(cpu_seconds=cpu_seconds, wall_seconds=max(wall, 0.1), memory_mb=memory_mb, **outputs)


def way_out(limits: "Limits", told: str) -> str:
    """`told`, and where it tells of a limit that was met, the option that raises it."""
    met = limits.met(told)
    return f"{told}: {OPTIONS[met]} gives it more" if met else told
