"""Line and branch coverage, in the sandbox and under the newer interpreters' own events."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

import astor.sandbox.inside.coverage
from astor.sandbox import CoverageJob, Ending

STEPS = '''
import functools

def helper(x):
    return x

@functools.cache
def grade(points, strict):
    """Not a line."""
    if points < 0:
        raise ValueError(points)
    total = 0
    for point in range(
        points,
    ):
        if (point % 2
                and strict):
            total += 1
        elif strict: total += 2
    while total > 100:
        total -= 1
    return helper(total)
'''

CASES = [
    (STEPS, "grade", [(-1, False)], 2 / 10, 1 / 8),
    (STEPS, "grade", [(0, False)], 5 / 10, 3 / 8),
    (STEPS, "grade", [(3, True)], 8 / 10, 6 / 8),
    (STEPS, "grade", [(-1, True), (200, True)], 1.0, 1.0),
    ("def f(x): return x", "f", [(1,)], 1.0, 1.0),
    ("def f(x):\n    return [y for y in x\n        if y]", "f", [([1],)], 1.0, 1.0),
    ("def f(x):\n    if x:\n        return 1\n    return 2", "f", [], 0.0, 0.0),
    ("def f(x):\n    if 1 / x:\n        return 1\n    return 2", "f", [(0,)], 1 / 3, 0.0),
    ("def f(x):\n    while True:\n        if x: return 1\n        x = 1", "f", [(0,)], 1.0, 1.0),
    ("def f(n):\n    if n:\n        return f(n - 1)\n    return 0", "f", [(2,)], 1.0, 1.0),
    ("def f(n):\n    if any(x for x in n):\n        return 1\n    return 0", "f", [([1],)], 2 / 3, 0.5),
    ("def f(n):\n    if (lambda: n)():\n        return 1\n    return 0", "f", [(1,)], 2 / 3, 0.5),
    ("def f(n):\n    for x in iter(n):\n        pass\n    return 0", "f", [([1],)], 1.0, 1.0),
    (
        "def f(n):\n    def g(x):\n        if x:\n            return 1\n        return 0\n    return g(n)",
        "f",
        [(1,)],
        0.8,
        0.5,
    ),
]


@pytest.mark.parametrize(("source", "entry", "arguments", "line", "branch"), CASES)
def test_shares_are_those_of_the_definition(sandbox, source, entry, arguments, line, branch):
    (result,) = sandbox.run([CoverageJob(source, entry, tuple(arguments))])
    assert result.ending is Ending.FINISHED, result.detail
    assert result.claims[0].value == pytest.approx({"line": line, "branch": branch})


def test_a_program_that_does_not_load_has_no_coverage(sandbox):
    broken, endless = sandbox.run(
        [CoverageJob("1 / 0", "f", ()), CoverageJob("def f():\n    while 1: pass", "f", ((),))]
    )
    assert (broken.ending, broken.claims) == (Ending.FAILED, ())
    assert (endless.ending, endless.claims) == (Ending.TIMEOUT, ())


SCRIPT = """
import importlib.util, json, sys
spec = importlib.util.spec_from_file_location("coverage_of_calls", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
shares = []
for source, entry, arguments, *_ in json.loads(sys.argv[2]):
    namespace = {}
    exec(compile(source, "<program>", "exec"), namespace)
    run = lambda: module.call_each(namespace[entry], arguments)
    shares.append(module.measure(source, entry, namespace[entry], run))
print(json.dumps(shares))
"""


@pytest.mark.parametrize("python", ["python3.12", "python3.13", "python3.14"])
def test_newer_interpreters_agree(python):
    command = shutil.which(python)
    if command is None or subprocess.run([command, "-c", ""], capture_output=True, check=False).returncode:
        pytest.skip(f"{python} is not installed")
    arguments = [command, "-c", SCRIPT, str(Path(astor.sandbox.inside.coverage.__file__)), json.dumps(CASES)]
    shares = json.loads(subprocess.run(arguments, capture_output=True, check=True, text=True).stdout)
    assert [(share["line"], share["branch"]) for share in shares] == [
        pytest.approx((line, branch)) for *_, line, branch in CASES
    ]
