"""One row's process: python drive.py ADAPTER VARIANT CASE WORKERS COUNT

Starts what the row needs, runs a program per worker so that all is warm, then COUNT programs. Prints JSON: `wall`,
seconds of the COUNT programs, and `memory`, bytes that the processes below this one take per worker, pages that are
shared counted in parts (PSS), or null where there is none, or where the kernel does not tell.
"""

import importlib
import json
import os
import sys
import time
from pathlib import Path


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


def main() -> None:
    """Run the row that the command line names."""
    adapter, variant, case, workers, count = sys.argv[1:]
    said = os.dup(1)
    os.dup2(2, 1)  # Some peers print.
    with importlib.import_module(adapter).opened(variant, case, int(workers)) as run:
        run(int(workers))
        started = time.perf_counter()
        run(int(count))
        wall = time.perf_counter() - started
        try:
            taken = memory() // int(workers) or None
        except OSError:
            taken = None
    os.write(said, json.dumps({"wall": wall, "memory": taken}).encode())


if __name__ == "__main__":
    main()
