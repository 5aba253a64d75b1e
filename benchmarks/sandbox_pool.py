"""What the pool's HTTP costs: a server of this machine against the sandbox of this process, side by side in one run.

    python benchmarks/sandbox_pool.py [--programs 1024] [--repeats 5]

The same trivial program with 10 calls, in batches of 1, 16 and 256, on the same number of workers. Throughput is over
the whole wall clock; CPU is that of every process that takes part: client, server, zygotes and children, without their
starts. In-process and pooled runs alternate, and the best of the repeats counts, since other load can only add.

The last line is JSON.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil

from astor.sandbox import CallsJob, Ending, Result, Sandbox, SandboxOptions
from astor.sandbox.pool.client import SandboxPool
from astor.sandbox.pool.options import PoolOptions
from astor.sandbox.runner import JobRunner

JOB = CallsJob("def add(a, b):\n    return a + b\n", "add", tuple((number, number + 1) for number in range(10)))
BATCHES = (1, 16, 256)


@contextmanager
def server(workers: int) -> Iterator[tuple[str, psutil.Process]]:
    """Address and process of a server."""
    command = [sys.executable, "-m", "astor.cli", "sandbox", "serve", "--port", "0", "--workers", str(workers)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip(), psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


def cpu_seconds(processes: list[psutil.Process]) -> float:
    """CPU seconds of processes and all that they have waited for."""
    return sum(sum(process.cpu_times()[:4]) for process in processes)


def measure(
    runner: JobRunner, size: int, programs: int, processes: Callable[[], list[psutil.Process]]
) -> tuple[float, float]:
    """CPU seconds and wall seconds of so many programs."""
    counted = processes()
    before, started = cpu_seconds(counted), time.perf_counter()
    for _ in range(programs // size):
        results: list[Result] = runner.run([JOB] * size)
        assert all(result.ending is Ending.FINISHED and len(result.claims) == 10 for result in results), results
    return cpu_seconds(counted) - before, time.perf_counter() - started


def main() -> None:
    """Measure, print a table, and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=int, default=1024)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    workers = len(os.sched_getaffinity(0))
    me = psutil.Process()
    best: dict[tuple[str, int], tuple[float, float]] = {}
    with (
        server(workers) as (url, remote),
        Sandbox(SandboxOptions(workers=workers)) as sandbox,
        SandboxPool(PoolOptions(urls=(url,))) as pool,
    ):
        theirs = remote.children(recursive=True)
        zygotes = [child for child in me.children(recursive=True) if child not in (remote, *theirs)]
        ways: dict[str, tuple[JobRunner, Callable[[], list[psutil.Process]]]] = {
            "in process": (sandbox, lambda: [me, *zygotes]),
            "pool": (pool, lambda: [me, remote, *theirs]),
        }
        for _ in range(options.repeats):
            for size in BATCHES:
                programs = max(size, options.programs // (4 if size == 1 else 1))
                for name, (runner, processes) in ways.items():
                    cpu, wall = measure(runner, size, programs, processes)
                    before = best.get((name, size), (float("inf"), float("inf")))
                    best[name, size] = min(before[0], cpu / programs), min(before[1], wall / programs)
    told: dict[str, dict[str, float]] = {}
    print(f"{options.programs} programs of 10 calls, best of {options.repeats}, {workers} workers on as many cores")
    for size in BATCHES:
        (cpu, wall), (pool_cpu, pool_wall) = best["in process", size], best["pool", size]
        for name in ways:
            cpu_ms, rate = 1e3 * best[name, size][0], 1 / best[name, size][1]
            print(f"batches of {size:3}, {name:10} {cpu_ms:6.2f} ms CPU a program {rate:7.0f} programs/s")
        told[str(size)] = {
            "in_process_cpu_ms": round(1e3 * cpu, 3),
            "pool_cpu_ms": round(1e3 * pool_cpu, 3),
            "in_process_per_second": round(1 / wall, 1),
            "pool_per_second": round(1 / pool_wall, 1),
            "cpu_overhead": round(pool_cpu / cpu - 1, 3),
            "wall_overhead": round(pool_wall / wall - 1, 3),
        }
    print(json.dumps({"programs": options.programs, "workers": workers, "batches": told}))


if __name__ == "__main__":
    main()
