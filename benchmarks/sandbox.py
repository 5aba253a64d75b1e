"""What isolation costs: programs per second and CPU per program, against bare forks, side by side in one run.

    python benchmarks/sandbox.py [--programs 1000] [--repeats 3]

Every row does the same number of programs one after the other on one worker, and counts the CPU time of all processes
that take part: broker, zygote and children. `fork+exit` forks a bare interpreter that exits. `fork+run` forks one that
has imported what the zygote has, runs the program, makes its 10 calls and exits, without isolation and without
handing back a result. The best of the repeats counts, since other load on the machine can only add.

The last line is JSON.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable

from astor.sandbox import CallsJob, CheckJob, Limits, Sandbox, SandboxOptions
from astor.sandbox.worker import ENVIRONMENT
from astor.sandbox.zygote import PREPARED

PROGRAM = "def add(a, b):\n    return a + b\n"
ARGUMENTS = tuple((number, number + 1) for number in range(10))
CHECK = "def check(candidate):\n" + "".join(f"    assert candidate({a}, {b}) == {a + b}\n" for a, b in ARGUMENTS)

FORKS = """
import gc, os, sys
programs, modules, source, arguments = int(sys.argv[1]), sys.argv[2].split(), sys.argv[3], eval(sys.argv[4])
for name in modules:
    __import__(name)
gc.collect()
gc.freeze()
for _ in range(programs):
    pid = os.fork()
    if pid == 0:
        if source:
            namespace = {}
            exec(compile(source, "<program>", "exec"), namespace)
            for each in arguments:
                namespace["add"](*each)
        os._exit(0)
    os.waitpid(pid, 0)
"""


def forks(programs: int, modules: str, source: str) -> None:
    """Fork `programs` times from a fresh interpreter."""
    command = [sys.executable, "-s", "-P", "-c", FORKS, str(programs), modules, source, repr(ARGUMENTS)]
    subprocess.run(command, env=ENVIRONMENT, check=True)


def sandboxed(programs: int, job: CallsJob | CheckJob | None) -> None:
    """Run `job` that often; None only starts and stops the sandbox."""
    with Sandbox(SandboxOptions(workers=1, limits=Limits())) as sandbox:
        for result in sandbox.run([job] * programs if job else []):
            assert result.outcome == "passed", result


def measure(work: Callable[[], None]) -> tuple[float, float]:
    """CPU seconds and wall seconds of `work`, its finished children included."""
    before, started = cpu_seconds(), time.perf_counter()
    work()
    return cpu_seconds() - before, time.perf_counter() - started


def cpu_seconds() -> float:
    """CPU seconds of this process and of the children that it has waited for."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def main() -> None:
    """Measure, print a table, and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=int, default=1000)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    count = options.programs
    rows: dict[str, tuple[Callable[[], None], Callable[[], None]]] = {
        "fork+exit": (lambda: forks(count, "", ""), lambda: forks(0, "", "")),
        "fork+run": (lambda: forks(count, PREPARED, PROGRAM), lambda: forks(0, PREPARED, "")),
        "sandbox, calls": (lambda: sandboxed(count, CallsJob(PROGRAM, "add", ARGUMENTS)), lambda: sandboxed(0, None)),
        "sandbox, check": (lambda: sandboxed(count, CheckJob(PROGRAM, "add", CHECK)), lambda: sandboxed(0, None)),
    }
    cores = len(os.sched_getaffinity(0))
    cpu_ms: dict[str, float] = {}
    print(f"{count} programs of 10 calls, best of {options.repeats}, {cores} cores")
    for name, (work, start) in rows.items():
        start_cpu, start_wall = (min(values) for values in zip(*(measure(start) for _ in range(2)), strict=True))
        spent = [measure(work) for _ in range(options.repeats)]
        cpu_ms[name] = 1e3 * (min(cpu for cpu, _ in spent) - start_cpu) / count
        wall = min(wall for _, wall in spent) - start_wall
        print(f"{name:16} {cpu_ms[name]:6.2f} ms CPU a program {count / wall:8.0f} programs/s on one worker")
    throughput = {name: round(cores * 1e3 / value) for name, value in cpu_ms.items()}
    print(
        json.dumps(
            {
                "programs": count,
                "cores": cores,
                "cpu_ms": {name: round(value, 3) for name, value in cpu_ms.items()},
                "programs_per_second_of_all_cores": throughput,
                "calls_over_fork_exit": round(cpu_ms["sandbox, calls"] / cpu_ms["fork+exit"], 2),
                "calls_over_fork_run": round(cpu_ms["sandbox, calls"] / cpu_ms["fork+run"], 2),
                "check_over_fork_run": round(cpu_ms["sandbox, check"] / cpu_ms["fork+run"], 2),
            }
        )
    )


if __name__ == "__main__":
    main()
