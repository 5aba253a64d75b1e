"""One row's process: python drive.py ADAPTER VARIANT CASE COUNT WORKERS...

For each number of workers, starts what the row needs, judges a program per worker so that all is warm, then COUNT
programs, five times. Prints JSON: WORKERS → `wall` and `cpu`, seconds of the fastest and of the cheapest time, and
`memory`, bytes that the processes below this one take per worker, shared pages counted in parts (PSS), or null where
there is none or the kernel does not tell.
"""

import importlib
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from pools import Judging

TIMES = 5


def below(process: int) -> list[int]:
    """Process ids of all descendants."""
    children = [
        int(child) for tasks in Path(f"/proc/{process}/task").glob("*/children") for child in tasks.read_text().split()
    ]
    return children + [further for child in children for further in below(child)]


def memory() -> int:
    """Proportional set size of all descendants, in bytes."""
    rollups = [Path(f"/proc/{child}/smaps_rollup").read_text() for child in below(os.getpid())]
    return sum(1024 * int(line.split()[1]) for text in rollups for line in text.splitlines() if line[:4] == "Pss:")


def cpu_seconds() -> float:
    """CPU seconds of this process, of its children that have ended, and of its descendants that live."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    # The kernel's number of another process's CPU clock, as clock_getcpuclockid(3) computes it.
    living = sum(time.clock_gettime(~process << 3 | 2) for process in below(os.getpid()))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages) + living


def measure(opened: Callable[[int], Judging], workers: int, count: int) -> dict[str, float | None]:
    """What a pool of so many workers takes."""
    walls, cpus = [], []
    with opened(workers) as run:
        run(workers)
        for _ in range(TIMES):
            cpu, started = cpu_seconds(), time.perf_counter()
            elsewhere = run(count)
            walls.append(time.perf_counter() - started)
            cpus.append(cpu_seconds() - cpu + elsewhere)
        try:
            taken = memory() / workers or None
        except OSError:
            taken = None
    return {"wall": min(walls), "cpu": min(cpus), "memory": taken}


def main() -> None:
    """Run the row that the command line names."""
    adapter, variant, case, count, *pools = sys.argv[1:]
    said = os.dup(1)
    os.dup2(2, 1)  # Some peers print.
    opened = partial(importlib.import_module(adapter).opened, variant, case)
    found = {workers: measure(opened, int(workers), int(count)) for workers in pools}
    os.write(said, json.dumps(found).encode())


if __name__ == "__main__":
    main()
