"""Whatever pytest itself says of a file of tests, the sandbox says; or it leaves a test out and says why."""

import subprocess
import sys
from xml.etree import ElementTree

import pytest
from pytest_files import FILES, LEFT_OUT, RIGHT, WRONG

from astor.sandbox import CheckJob, Ending, GeneratedTestsJob

ON_OWN_MODULE = {"from my_module": "from solution"}
"""The one name that pytest would not find."""


@pytest.fixture(scope="module")
def official(tmp_path_factory):
    """(module, file) → the tests that fail, by the names of their classes and themselves."""
    found = {}
    for which, source in (("right", RIGHT), ("wrong", WRONG)):
        folder = tmp_path_factory.mktemp(which)
        (folder / "solution.py").write_text(source)
        for name, tests in FILES.items():
            for own, other in ON_OWN_MODULE.items():
                tests = tests.replace(own, other)
            (folder / f"test_{name}.py").write_text(tests)
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "--junitxml=found.xml",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:xdist",
        ]
        command += ["-p", "no:timeout", "-c", "/dev/null", "--rootdir", ".", "-W", "ignore"]
        subprocess.run(command, cwd=folder, capture_output=True, check=False)
        for case in ElementTree.parse(folder / "found.xml").iter("testcase"):
            file, *classes = case.get("classname").split(".")
            test = ".".join([*classes, case.get("name").partition("[")[0].partition(" ")[0]])
            fails = case.find("failure") is not None or case.find("error") is not None
            tests_of_file = found.setdefault((which, file.removeprefix("test_")), {})
            tests_of_file[test] = tests_of_file.get(test, False) or fails
    return found


@pytest.fixture(scope="module")
def ours(sandbox):
    """(module, file) → result."""
    asked = {(which, name): source for which, source in (("right", RIGHT), ("wrong", WRONG)) for name in FILES}
    jobs = [CheckJob(source, "clamp", FILES[name], style="pytest") for (_, name), source in asked.items()]
    return dict(zip(asked, sandbox.run(jobs), strict=True))


@pytest.mark.parametrize("which", ["right", "wrong"])
@pytest.mark.parametrize("name", FILES)
def test_the_same_tests_fail(official, ours, which, name):
    expected, result = official[which, name], ours[which, name]
    refused = [claim.value for claim in result.claims if type(claim.value) is str]
    unknown = ["it wants a fixture 'nothing_of_this_name', which is not offered"]
    assert refused == unknown * (name == "fixtures"), result
    fails = [claim.kind == "raised" or type(claim.value) is str for claim in result.claims]
    assert sum(fails) == sum(expected.values()), (expected, result)
    assert len(fails) == len(expected) or name == "skipped_module", (list(expected), result)


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_is_not_offered_leaves_one_test_out_and_says_why(sandbox, name):
    tests = f"from solution import clamp\n{LEFT_OUT[name]}\ndef test_other(): assert clamp(1, 0, 3) == 1\n"
    tests += (
        "import unittest\nclass U(unittest.TestCase):\n    def test_more(self): self.assertEqual(clamp(2, 0, 3), 2)"
    )
    (result,) = sandbox.run([CheckJob(RIGHT, "clamp", tests, style="pytest")])
    (reason,) = [claim.value for claim in result.claims if type(claim.value) is str]
    assert (result.ending, result.refused, len(result.claims)) == (Ending.FINISHED, 1, 3), result
    assert result.detail == f"1 left out: {reason}"
    (generated,) = sandbox.run([GeneratedTestsJob(tests, "clamp", CLAMP, (CLAMP_WRONG,))])
    assert generated.claims[0].value["passed"], generated
    assert generated.claims[0].value["left_out"] == {reason: 1}


CLAMP = RIGHT.split("\ndef tidy")[0]
CLAMP_WRONG = WRONG.split("\ndef tidy")[0]


def test_generated_tests_kill_what_pytest_fails_on(sandbox, official):
    """Of the files that test this function alone."""
    names = [name for name, tests in FILES.items() if not _asks_for_more(tests)]
    jobs = [GeneratedTestsJob(FILES[name], "clamp", CLAMP, (CLAMP_WRONG,)) for name in names]
    found = {}
    for name, result in zip(names, sandbox.run(jobs), strict=True):
        found[name] = (result.claims[0].value["passed"], result.claims[0].value["killed"])
    expected = {}
    for name in names:
        right, wrong = (any(official[which, name].values()) for which in ("right", "wrong"))
        expected[name] = (not right, int(wrong and not right))
    assert found == expected
    assert len(names) > 12


def _asks_for_more(tests):
    others = (
        "half",
        "tidy",
        "greet",
        "old",
        "Poor",
        "pay",
        "count",
        "squares",
        "next_day",
        "total",
        "move",
        "positive",
    )
    uses_none = "clamp" not in tests
    return uses_none or any(
        f"{other}" in tests.partition("def test")[0] or f"solution.{other}" in tests for other in others
    )
