"""The same program and the same calls come to the same, however often, on any worker, however busy the machine.

Apart from what a program asks of a clock or of addresses: `id`, and what is hashed by it, such as objects without a
hash of their own, functions, classes, and None before Python 3.12. Addresses are those of the worker.
"""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from astor.sandbox import CallsJob, CheckJob, Ending, Job, Limits, Sandbox, SandboxOptions, StdinJob

PROGRAMS: dict[str, tuple[Ending, str]] = {
    "hashes of text": (
        Ending.FINISHED,
        "def solve():\n"
        "    words = [str(n) for n in range(99)]\n"
        "    return list(set(words)), list(frozenset(map(str.encode, words))), hash('astor'), hash((1.5, 'a', b'b'))",
    ),
    "unseeded randomness": (
        Ending.FINISHED,
        "import random\n"
        "def solve():\n"
        "    items = list(range(50))\n"
        "    random.shuffle(items)\n"
        "    return items, random.random(), random.gauss(0, 1), random.choices('abc', k=9)",
    ),
    "sets of all that has a value": (
        Ending.FINISHED,
        "import fractions, decimal, datetime, enum\n"
        "def solve():\n"
        "    things = {1.5, 2, 'a', b'b', (3, 'c'), fractions.Fraction(1, 3), decimal.Decimal('0.1'),\n"
        "              datetime.date(2020, 1, 1), enum.Enum('E', 'A B').A, frozenset('xyz'), 2 ** 99}\n"
        "    return [repr(thing) for thing in things]",
    ),
    "depth of recursion": (
        Ending.FINISHED,
        "def depth():\n    try: return 1 + depth()\n    except RecursionError: return 0\ndef solve(): return depth()",
    ),
    "recursion without end": (Ending.FINISHED, "def solve(): return solve()"),
    "too much memory": (
        Ending.OUT_OF_MEMORY,
        # Zeros that nobody writes to cost no CPU: on no machine does the limit of the CPU come first.
        "def solve():\n    hog = []\n    while True: hog.append(bytes(1 << 20))",
    ),
    "memory that it catches": (
        Ending.FINISHED,
        "def solve():\n    try: bytearray(1 << 40)\n    except MemoryError: return 'caught'",
    ),
    "too much of the CPU": (Ending.TIMEOUT, "def solve():\n    while True: pass"),
    "too much of the CPU, in C": (Ending.TIMEOUT, "def solve(): return pow(3, 10 ** 9)"),
    "a crash": (Ending.FAILED, "import ctypes\ndef solve(): ctypes.string_at(0)"),
    "an exit": (Ending.FAILED, "import os\ndef solve(): os._exit(0)"),
    "deep output": (
        Ending.FINISHED,
        "def solve():\n    nested = []\n    for _ in range(97): nested = [nested, 'x' * 99]\n    return nested",
    ),
    "output deeper than may be": (
        Ending.FINISHED,
        "def solve():\n    nested = []\n    for _ in range(500): nested = [nested]\n    return nested",
    ),
    "much output": (Ending.FINISHED, "def solve(): return ['x' * 9_999] * 99"),
    "more output than may be": (Ending.FAILED, "def solve(): return 'x' * 2_000_000"),
    "threads": (
        Ending.FINISHED,
        "from concurrent.futures import ThreadPoolExecutor\n"
        "def solve(): return list(ThreadPoolExecutor(4).map(lambda x: x * x, range(200)))",
    ),
    "asyncio": (
        Ending.FINISHED,
        "import asyncio\n"
        "async def later(x):\n    await asyncio.sleep(0)\n    return x\n"
        "async def all_of(): return await asyncio.gather(*map(later, range(20)))\n"
        "def solve(): return asyncio.run(all_of())",
    ),
    "what is refused": (Ending.FINISHED, "import socket\ndef solve(): socket.socket()"),
}

ARGUMENTS = ((),)

JOBS: dict[str, tuple[Ending, Job]] = {
    name: (outcome, CallsJob(source, "solve", ARGUMENTS)) for name, (outcome, source) in PROGRAMS.items()
} | {
    "a check": (
        Ending.FINISHED,
        CheckJob("def solve(x): return {x, 'a'}", "solve", "def check(candidate): assert candidate('b') == {'a', 'b'}"),
    ),
    "a check that fails": (
        Ending.FAILED,
        CheckJob("def solve(x): return {x}", "solve", "def check(candidate): assert candidate('b') == {'a'}"),
    ),
    "a program on standard input": (
        Ending.FINISHED,
        StdinJob("import random\nprint(sorted(input()), {*input()}, random.random())", ("abc\nabc\n", "z\nyx\n")),
    ),
}


@contextmanager
def load(processes: int) -> Iterator[None]:
    """So many processes that do nothing but compute, each in a session of its own, as workers are: none is favoured."""
    command = [sys.executable, "-c", "while True: pass"]
    busy = [subprocess.Popen(command, start_new_session=True) for _ in range(processes)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def seen(times: int, workers: int) -> tuple[dict[str, Counter[tuple[Ending, str]]], dict[str, float]]:
    """What every program came to, as its outcome and claims, so many times; and the sandbox's counts."""
    limits = Limits(cpu_seconds=0.3, wall_seconds=60, memory_mb=256)
    names = [name for _ in range(times) for name in JOBS]
    found: dict[str, Counter[tuple[Ending, str]]] = {name: Counter() for name in JOBS}
    with Sandbox(SandboxOptions(workers=workers, limits=limits)) as sandbox:
        for place, result in sandbox.stream(JOBS[name][1] for name in names):
            found[names[place]][result.ending, repr(result.claims)] += 1
    return found, sandbox.metrics()


@pytest.mark.parametrize(
    ("times", "processes"),
    [
        pytest.param(3, 0, id="idle"),
        pytest.param(2, 2, id="under load"),
        pytest.param(100, 0, id="idle, 100 times", marks=[pytest.mark.slow, pytest.mark.timeout(3600)]),
        pytest.param(100, 8, id="under a load of 8, 100 times", marks=[pytest.mark.slow, pytest.mark.timeout(3600)]),
    ],
)
def test_every_program_comes_to_the_same_every_time(times, processes):
    with load(processes):
        found, counts = seen(times, workers=3)
    assert {name: len(ways) for name, ways in found.items() if len(ways) != 1} == {}
    assert {name: next(iter(ways))[0] for name, ways in found.items()} == {
        name: outcome for name, (outcome, _) in JOBS.items()
    }
    assert counts["retried"] == counts["restarts"] == 0
