"""Programs that do nothing wrong, and must run as they would anywhere."""

import importlib.util

import pytest

from astor.records import Outcome
from astor.sandbox import CallsJob

PROGRAMS = {
    "recursion": ("def solve(n):\n    return 0 if n == 0 else 1 + solve(n - 1)", (900,), 900),
    "cached recursion": (
        "import functools\n@functools.cache\ndef solve(n):\n    return n if n < 2 else solve(n - 1) + solve(n - 2)",
        (90,),
        2880067194370816120,
    ),
    "threads": (
        "import threading\n"
        "def solve(n):\n"
        "    found = []\n"
        "    threads = [threading.Thread(target=found.append, args=(i,)) for i in range(n)]\n"
        "    for thread in threads: thread.start()\n"
        "    for thread in threads: thread.join()\n"
        "    return sorted(found)",
        (40,),
        list(range(40)),
    ),
    "thread pool": (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "def solve(n):\n    with ThreadPoolExecutor(8) as pool: return sum(pool.map(lambda x: x * x, range(n)))",
        (50,),
        40425,
    ),
    "asyncio": (
        "import asyncio\n"
        "async def wait(x):\n    await asyncio.sleep(0.001)\n    return x\n"
        "def solve(n):\n"
        "    async def run(): return await asyncio.gather(*map(wait, range(n)))\n"
        "    return asyncio.run(run())",
        (5,),
        [0, 1, 2, 3, 4],
    ),
    "dataclass": (
        "from __future__ import annotations\nfrom dataclasses import dataclass, astuple, field\n"
        "@dataclass(order=True)\nclass Point:\n    x: int\n    y: list[int] = field(default_factory=list)\n"
        "def solve(n):\n    return astuple(max(Point(n), Point(n + 1)))",
        (1,),
        (2, []),
    ),
    "named tuple and enum": (
        "import collections, enum\nPair = collections.namedtuple('Pair', 'a b')\n"
        "class Colour(enum.IntEnum):\n    RED = 3\n"
        "def solve(n):\n    return [Pair(n, Colour.RED), collections.Counter('aab'), collections.defaultdict(list)]",
        (1,),
        [(1, 3), {"a": 2, "b": 1}, {}],
    ),
    "decimal, fractions, datetime": (
        "import datetime, decimal, fractions, statistics\n"
        "def solve(n):\n"
        "    return [str(decimal.Decimal(1) / n), str(fractions.Fraction(2, 4)), statistics.mean([1, 2]),\n"
        "            datetime.date(2024, 2, 29).isoformat(), datetime.datetime.fromtimestamp(0).hour]",
        (8,),
        ["0.125", "1/2", 1.5, "2024-02-29", 0],
    ),
    "time zones": (
        "import datetime, zoneinfo\n"
        "def solve(): return datetime.datetime(2024, 7, 1, tzinfo=datetime.timezone.utc)"
        ".astimezone(zoneinfo.ZoneInfo('UTC')).hour",
        (),
        0,
    ),
    "regular expressions and text": (
        "import re, string, textwrap\ndef solve(s): return re.sub(r'(\\w+)@', lambda m: m[1].upper() + '!', s)",
        ("ab@c",),
        "AB!c",
    ),
    "prints a lot": ("def solve(n):\n    for i in range(n): print('x' * 1000)\n    return n", (2000,), 2000),
    "reads empty input": ("import sys\ndef solve(): return sys.stdin.read()", (), ""),
    "catches its MemoryError": (
        "def solve():\n    try: return len(bytearray(1 << 40))\n    except MemoryError: return 'too much'",
        (),
        "too much",
    ),
    "half a megabyte of output": ("def solve(n): return 'x' * n", (500_000,), "x" * 500_000),
    "a large list": ("def solve(n): return list(range(n))", (100_000,), list(range(100_000))),
    "a large argument": ("def solve(x): return len(x)", (list(range(300_000)),), 300_000),
    "big int": ("def solve(n): return 7 ** n", (5000,), 7**5000),
    "inspects itself": ("import sys\ndef solve(): return solve.__module__ in sys.modules", (), True),
    "main guard": ("answer = 1\nif __name__ == '__main__':\n    answer = 2\ndef solve(): return answer", (), 1),
    "alarm": (
        "import signal, time\n"
        "def solve():\n"
        "    def rung(*_): raise TimeoutError\n"
        "    signal.signal(signal.SIGALRM, rung)\n"
        "    signal.setitimer(signal.ITIMER_REAL, 0.01)\n"
        "    try: time.sleep(1)\n"
        "    except TimeoutError: return 'rung'",
        (),
        "rung",
    ),
    "a set of tuples": ("def solve(n): return {(i, -i) for i in range(n)}", (3,), {(0, 0), (1, -1), (2, -2)}),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_honest_program(sandbox, name):
    program, arguments, expected = PROGRAMS[name]
    (result,) = sandbox.run([CallsJob(program, "solve", (arguments,))])
    assert result.outcome is Outcome.PASSED, result.detail
    assert result.claims[0].value == expected
    assert type(result.claims[0].value) is type(expected)
    assert 0 < result.cpu_seconds < 1


@pytest.mark.skipif(importlib.util.find_spec("numpy") is None, reason="numpy is not installed")
def test_numpy_where_it_is_installed(sandbox):
    program = "import numpy as np\ndef solve(n): return [int(np.arange(n).sum()), float(np.linalg.norm(np.ones(n)))]"
    (result,) = sandbox.run([CallsJob(program, "solve", ((4,),))])
    if result.outcome is Outcome.FAILED and "ModuleNotFoundError" in result.detail:
        pytest.skip("numpy is not installed for the interpreter itself")
    assert (result.outcome, result.claims[0].value) == (Outcome.PASSED, [6, 2.0])


def test_calls_are_answered_in_order_and_exceptions_are_answers(sandbox):
    program = "import re\nclass Mine(KeyError): pass\ndef solve(x):\n    if x == 2: raise Mine\n    return x / x"
    program += "\ndef other(x): return re"
    (result,) = sandbox.run([CallsJob(program, "solve", ((1,), (0,), (2,), (4,)))])
    assert result.outcome is Outcome.PASSED
    assert [(claim.kind, claim.value, claim.exception) for claim in result.claims] == [
        ("value", 1.0, ""),
        ("raised", None, "ZeroDivisionError"),
        ("raised", None, "KeyError"),
        ("value", 1.0, ""),
    ]
    (result,) = sandbox.run([CallsJob(program, "other", ((1,),))])
    assert [claim.kind for claim in result.claims] == ["opaque"]


def test_every_program_sees_the_same_world(sandbox):
    program = (
        "import os, random, locale, time\n"
        "def solve():\n"
        "    return [random.random(), hash('astor'), time.tzname[0], locale.setlocale(locale.LC_ALL, ''),\n"
        "            sorted(os.environ), os.getcwd(), list({'one', 'two', 'three'})]"
    )
    first, *others = sandbox.run([CallsJob(program, "solve", ((),))] * 8)
    assert first.outcome is Outcome.PASSED
    assert all(other.claims == first.claims for other in others)
    assert first.claims[0].value[2] == "UTC"


def test_results_come_in_the_order_of_the_jobs(sandbox):
    sleepy = "import time\ndef solve(x):\n    time.sleep(x)\n    return x"
    pauses = [0.05, 0.0, 0.03, 0.0, 0.01]
    results = sandbox.run([CallsJob(sleepy, "solve", ((pause,),)) for pause in pauses])
    assert [result.claims[0].value for result in results] == pauses
    assert sandbox.run([]) == []


def test_no_calls_is_a_program_that_was_only_loaded(sandbox):
    (result,) = sandbox.run([CallsJob("def solve(): pass", "solve", ())])
    assert (result.outcome, result.claims) == (Outcome.PASSED, ())
