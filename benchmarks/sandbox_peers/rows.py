"""The rows of the measurement, and how one is measured."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
WORKERS = (1, 2, 4)

OWN_ROWS = {
    "fork+exit": ("with_forks", "exit"),
    "fork+run": ("with_forks", "run"),
    "astor, calls": ("with_astor", "calls"),
    "astor, check": ("with_astor", "check"),
    "astor, unittest": ("with_astor", "unittest"),
    "astor, pytest": ("with_astor", "pytest"),
    "astor, stdin": ("with_astor", "stdin"),
    "astor, calls, only rlimits": ("with_fewer_layers", "rlimits"),
    "astor, calls, only rlimits and seccomp": ("with_fewer_layers", "rlimits seccomp"),
    "astor, calls, only rlimits, seccomp and Landlock": ("with_fewer_layers", "rlimits seccomp landlock"),
}
"""Name → adapter and variant."""


@dataclass
class Row:
    """A way to judge programs, and what was measured of it."""

    name: str
    python: Path
    adapter: str
    variant: str
    programs: int
    """How many it judges each time."""
    cpu: list[float] = field(default_factory=list)
    """CPU seconds that the programs took on one worker."""
    wall: dict[int, list[float]] = field(default_factory=lambda: {workers: [] for workers in WORKERS})
    """Workers → seconds that the programs took."""
    memory: dict[int, float | None] = field(default_factory=dict)
    """Workers → bytes of memory per worker."""

    def measure(self, case: str) -> None:
        """Measure everything once more; RuntimeError where the row can't be run."""
        command = [self.python, HERE / "drive.py", self.adapter, self.variant, case, str(self.programs)]
        environment = {**os.environ, "PYTHONPATH": str(HERE.parents[1]), "OMP_NUM_THREADS": "1"}
        done = subprocess.run([*command, *map(str, WORKERS)], env=environment, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{self.name}: {(done.stderr.strip().splitlines() or ['it says nothing'])[-1]}")
        said = {int(workers): found for workers, found in json.loads(done.stdout).items()}
        self.cpu.append(said[1]["cpu"])
        for workers, found in said.items():
            self.wall[workers].append(found["wall"])
            self.memory[workers] = found["memory"]

    @property
    def cpu_ms(self) -> float:
        """CPU milliseconds per program."""
        return 1e3 * min(self.cpu) / self.programs

    @property
    def per_second(self) -> dict[int, float]:
        """Workers → programs per second."""
        return {workers: self.programs / min(walls) for workers, walls in self.wall.items()}

    @property
    def memory_mb(self) -> float | None:
        """MiB per worker, of two."""
        taken = self.memory[2]
        return round(taken / 2**20, 1) if taken else None


def own_rows(programs: int) -> Iterator[Row]:
    """Everything but the peers. A process per call makes ten of a program."""
    for name, (adapter, variant) in OWN_ROWS.items():
        count = _eighth(programs) if variant == "stdin" else programs
        yield Row(name, Path(sys.executable), adapter, variant, count)


def peer_rows(pythons: dict[str, Path], programs: int) -> Iterator[Row]:
    """The peers that were found. They judge an eighth of the programs: each takes them some ten times as long."""
    for peer, python in pythons.items():
        yield Row(peer, python, f"with_{peer}", "", _eighth(programs))


def _eighth(programs: int) -> int:
    return max(1, programs // 8)
