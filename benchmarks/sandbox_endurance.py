"""What one sandbox grows by over very many programs, one in ten of them hostile.

    python benchmarks/sandbox_endurance.py [--programs 100000] [--workers N] [--look 2000]

Every `--look` programs it prints what the kernel tells of the verifying process and of its workers: resident memory,
open descriptors, processes below them, and zombies among those. Every program's ending is checked. The verifying
process keeps a count per ending and nothing else.

The last line is JSON: the first look (after as many programs as lie between two looks, when everything has been used
once) and the last, and what grew between them. It exits with 1 where a zombie, a descriptor or a process more is left,
or where memory grew by more than `GROWTH_MB`.
"""

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from astor.sandbox import CallsJob, CheckJob, Job, Limits, Sandbox, SandboxOptions, StdinJob

GROWTH_MB = 4.0
"""More than this between the first look and the last is a leak. Our choice: 40 bytes a program of the default run."""

ADD = CallsJob("def solve(a, b):\n    return a + b\n", "solve", tuple((number, 1) for number in range(10)))
CHECK = CheckJob("def solve(x):\n    return x + 1\n", "solve", "def check(candidate):\n    assert candidate(1) == 2\n")
ECHO = StdinJob("print(input())", ("a line\n",))

HOSTILE: tuple[tuple[CallsJob, str], ...] = tuple(
    (CallsJob(source, "solve", ((),)), ending)
    for source, ending in (
        ("import ctypes\ndef solve(): ctypes.string_at(0)", "failed"),
        ("import os\ndef solve(): os._exit(0)", "failed"),
        ("def solve():\n    while True: pass", "timeout"),
        ("def solve(): return 'x' * 2_000_000", "failed"),
        ("import os\ndef solve():\n    while True: os.write(3, b'\\0\\0\\0\\0' * 1000)", "forbidden"),
        ("def solve(): return bytearray(1 << 40)", "out_of_memory"),
        ("def solve(: pass", "malformed"),
        ("import os\ndef solve():\n    while True: os.fork()", "passed"),
        ("import threading, time\ndef solve(): threading.Thread(target=time.sleep, args=(99,)).start()", "passed"),
        ("def solve(): return solve()", "passed"),
    )
)
"""Programs and how they end. PASSED says that they answered, be it that they raised."""


def jobs(programs: int) -> Iterator[tuple[Job, str]]:
    """So many jobs and their outcomes: of twenty, two hostile, one with a check, one on standard input."""
    for number in range(programs):
        if number % 10 == 9:
            yield HOSTILE[number // 10 % len(HOSTILE)]
        else:
            yield {3: CHECK, 13: ECHO}.get(number % 20, ADD), "passed"


def look(workers: list[int]) -> dict[str, float]:
    """What the kernel tells now."""
    below = [child for pid in workers for child in _children(pid)]
    zombies = sum(_state(pid) == "Z" for pid in [*_children(os.getpid()), *below])
    return {
        "parent_mb": _resident_mb(os.getpid()),
        "zygotes_mb": max(_resident_mb(pid) for pid in workers),
        "parent_descriptors": _descriptors(os.getpid()),
        "zygote_descriptors": max(_descriptors(pid) for pid in workers),
        "children": len(_children(os.getpid())),
        "zombies": zombies,
    }


def _resident_mb(pid: int) -> float:
    return round(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20, 2)


def _descriptors(pid: int) -> int:
    try:
        return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
    except PermissionError:  # Root alone may look into a process that can't be dumped.
        return 0


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""


def main() -> int:
    """Run, print a line per look, and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=None)
    parser.add_argument("--look", type=int, default=2000)
    options = parser.parse_args()
    limits = Limits(cpu_seconds=0.1, wall_seconds=10, memory_mb=256)
    wrong: Counter[str] = Counter()
    looks: list[dict[str, float]] = []
    started = time.perf_counter()
    with Sandbox(SandboxOptions(workers=options.workers, limits=limits)) as sandbox:
        expected: dict[int, str] = {}

        def asked() -> Iterator[Job]:
            for place, (job, ending) in enumerate(jobs(options.programs)):
                expected[place] = ending
                yield job

        for ended, (place, result) in enumerate(sandbox.stream(asked()), 1):
            ending = expected.pop(place)
            if result.ending != ending:
                wrong[f"{result.ending} for {ending}: {result.detail}"] += 1
            if ended % options.look == 0 or ended == options.programs:
                looks.append({"programs": ended, **look([worker.pid for worker in sandbox._dispatcher.workers])})
                print("  ".join(f"{name} {value:g}" for name, value in looks[-1].items()), flush=True)
    seconds = time.perf_counter() - started
    first, last = looks[0], looks[-1]
    grew = {name: round(last[name] - first[name], 2) for name in first if name != "programs"}
    counts = sandbox.metrics()
    print(
        json.dumps(
            {
                "programs": options.programs,
                "seconds": round(seconds),
                "programs_per_second": round(options.programs / seconds),
                "first": first,
                "last": last,
                "grew": grew,
                "most_mb": {name: max(each[name] for each in looks) for name in ("parent_mb", "zygotes_mb")},
                "wrong_outcomes": dict(wrong),
                "metrics": counts,
            }
        )
    )
    leaks = grew["parent_mb"] > GROWTH_MB or grew["zygotes_mb"] > GROWTH_MB or last["zombies"] > 0
    return int(leaks or any(grew[name] > 0 for name in ("parent_descriptors", "zygote_descriptors", "children")))


if __name__ == "__main__":
    sys.exit(main())
