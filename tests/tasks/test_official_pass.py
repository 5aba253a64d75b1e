"""Who passes, and how much is covered, against the programs that benchmarks publish, on the same answers."""

import json
import subprocess
import sys
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import coverage
import pytest

from astor.data.calls import arguments_of
from astor.data.crux_eval import CruxEvalOptions, CruxEvalSource
from astor.data.human_eval import HumanEvalOptions, HumanEvalSource
from astor.data.mbpp import MbppOptions, MbppSource
from astor.data.mutation import mutate
from astor.data.splits import SplitOptions
from astor.records import Outcome, Split
from astor.sandbox import CoverageJob
from astor.tasks.code_generation import CodeGeneration, CodeGenerationOptions
from astor.tasks.io_prediction import IOPrediction, IOPredictionOptions
from astor.tasks.unit_tests import UnitTests, UnitTestsOptions

BRANCHES = """
def grade(points, strict):
    if points < 0:
        return None
    total = 0
    for point in range(points):
        if point % 2 and strict:
            total += 1
        elif strict:
            total += 2
    while total > 3:
        total -= 1
    return total
"""


HARNESS = """
import json, signal, sys
for program in json.load(sys.stdin):
    signal.alarm(1)
    try:
        exec(program, {})
        print("\\npassed")
    except BaseException:
        print("\\nfailed")
"""


def ends_well(programs: list[str]) -> list[bool]:
    """Which of the programs run to their end within a second, as the published harnesses decide: nothing is raised."""
    alarm = "import signal\nsignal.signal(signal.SIGALRM, signal.default_int_handler)\n"
    done = subprocess.run(
        [sys.executable, "-c", alarm + HARNESS], input=json.dumps(programs), capture_output=True, text=True, check=True
    )
    return [line == "passed" for line in done.stdout.splitlines() if line in ("passed", "failed")]


def test_mbpp_is_passed_by_whom_its_own_asserts_let_pass(shared_data: Path, judge) -> None:
    """Every reference and its first mutants, against the published tests."""
    path = shared_data / "mbpp" / "mbpp.train.jsonl"
    published = {f"mbpp-{each['task_id']}": each for each in map(json.loads, path.read_text().splitlines())}
    task = CodeGeneration(CodeGenerationOptions(hidden_tests=20))
    ours, texts = [], []
    for item in islice(MbppSource(MbppOptions(path=path), SplitOptions()).items(), 12):
        answers = [item.content.source, *mutate(item.content.source)[:3]]
        for example in task.examples(item, Split.HELD_OUT):
            ours += [verdict.outcome is Outcome.PASSED for verdict in judge(task, example, *answers)]
            problem = published[item.id]
            tests = [problem["test_setup_code"], *problem["test_list"], *problem["challenge_test_list"]]
            texts += ["\n".join([answer, *tests]) for answer in answers]
    assert ours == ends_well(texts)
    assert 0 < sum(ours) < len(ours)


def test_crux_eval_is_right_where_its_own_assert_holds(shared_data: Path, judge) -> None:
    """Outputs and inputs of other samples as answers, and the right ones."""
    path = shared_data / "cruxeval" / "cruxeval.0-599.jsonl"
    task = IOPrediction(IOPredictionOptions())
    ours, texts = [], []
    for item in islice(CruxEvalSource(CruxEvalOptions(path=path), SplitOptions()).items(), 40):
        function, call = item.content, item.content.calls[0]
        for example in task.examples(item, Split.HELD_OUT):
            answers = [example.answer, "'a'", "[1, 2]", "0", "True"]
            judged = judge(task, example, *answers)
            for answer, verdict in zip(answers, judged, strict=True):
                if example.reference.kind == "output":
                    check = f"assert {answer} == f(*{call.arguments})"
                elif verdict.detail:
                    continue  # Not of the recorded type: stricter than the benchmark, and said so.
                else:
                    several = len(arguments_of(call)) > 1
                    check = f"assert f(*{answer if several else f'({answer},)'}) == {call.returns}"
                ours.append(verdict.outcome is Outcome.PASSED)
                texts.append(f"{function.source}\n{check}")
    assert ours == ends_well(texts)
    assert 0 < sum(ours) < len(ours)


HUMAN_EVAL = [
    {
        "task_id": "made/0",
        "prompt": 'def half(x):\n    return x / 2\n\n\ndef near(x, y):\n    """Whether y is half of x."""\n',
        "entry_point": "near",
        "canonical_solution": "    return abs(half(x) - y) < 1e-6\n",
        "test": "METADATA = {}\n\ndef check(candidate):\n    assert candidate(2, 1)\n"
        "    assert candidate(2, 3) == False\n    for x in range(9):\n"
        "        assert candidate(x, half(x))\n    assert True\n",
    },
    {
        "task_id": "made/1",
        "prompt": 'def double(x):\n    """Twice x."""\n',
        "entry_point": "double",
        "canonical_solution": "    return x + x\n",
        "test": "def check(candidate):\n    assert candidate(1) == 2\n    assert candidate([1]) == [1, 1], 'lists'\n",
    },
]
COMPLETIONS = ["    return x + x\n", "    return 2 * x\n", "    return 0\n", "    return y\n"]


def test_human_eval_is_passed_by_whom_its_own_check_lets_pass(tmp_path: Path, judge) -> None:
    path = tmp_path / "HumanEval.jsonl"
    path.write_text("".join(json.dumps(problem) + "\n" for problem in HUMAN_EVAL))
    task = CodeGeneration(CodeGenerationOptions(hidden_tests=20))
    ours, texts = [], []
    items = HumanEvalSource(HumanEvalOptions(path=path), SplitOptions()).items()
    for item, problem in zip(items, HUMAN_EVAL, strict=True):
        answers = [problem["prompt"] + end for end in (problem["canonical_solution"], *COMPLETIONS)]
        (example,) = task.examples(item, Split.HELD_OUT)
        ours += [verdict.outcome is Outcome.PASSED for verdict in judge(task, example, *answers)]
        texts += [f"{answer}\n{problem['test']}\ncheck({problem['entry_point']})" for answer in answers]
    assert ours == ends_well(texts)
    assert sum(ours) == 4


def covered(tmp_path: Path, source: str, entry: str, run: Callable[[Callable[..., object]], None]) -> dict[str, float]:
    """Shares of a function's lines and branches that `run` reaches, as `coverage report` counts them."""
    module, report, scope = tmp_path / "graded.py", tmp_path / "report.json", dict[str, Any]()
    module.write_text(source)
    measured = coverage.Coverage(data_file=None, branch=True, include=[str(module)], config_file=False)
    exec(compile(source, str(module), "exec"), scope)
    with measured.collect():
        run(scope[entry])
    measured.json_report(outfile=str(report))
    found = json.loads(report.read_text())["files"][str(module)]["functions"][entry]["summary"]
    return {
        "line": pytest.approx(found["covered_lines"] / found["num_statements"]),
        "branch": pytest.approx(found["covered_branches"] / found["num_branches"]),
    }


@pytest.mark.parametrize(
    "calls", [[(-1, False)], [(0, True)], [(3, True)], [(2, False), (9, True)], [(9, True), (-1, 0)]]
)
def test_lines_and_branches_are_those_of_coverage(sandbox, tmp_path: Path, calls: list[tuple[object, ...]]) -> None:
    (result,) = sandbox.run([CoverageJob(BRANCHES, "grade", tuple(calls))])
    expected = covered(tmp_path, BRANCHES, "grade", lambda grade: [grade(*arguments) for arguments in calls])
    assert result.claims[0].value == expected


def test_a_loop_over_a_constant_has_branches(sandbox, tmp_path: Path) -> None:
    source = "def f(x):\n    for letter in 'ab':\n        if letter in x:\n            x += '!'\n    return x"
    (result,) = sandbox.run([CoverageJob(source, "f", (("c",),))])
    assert result.claims[0].value == covered(tmp_path, source, "f", lambda f: f("c"))


ASSERTS = "assert f(0, True) == 0\nassert f(3, False) == 0\n"
SUITES = [
    ASSERTS,
    "assert f(9, True) == 3\nassert f(-1, False) == None\n",
    "for points in (4, 6):\n    assert f(points, True) < 4\nassert f(points, False) == 0\n",
    ASSERTS.replace("== 0", "== 1", 1),
    "for points in (0, 3):\n    assert f(points, True) == points + 1\n",
    "for points in (0, 3:\n    assert f(points, True)\n",
]


def test_a_suite_compiles_passes_and_covers_what_plain_python_and_coverage_say(
    make_item, first, judge, tmp_path: Path
) -> None:
    source = BRANCHES.strip().replace("grade", "f")
    mutants = mutate(source)[:2]
    task = UnitTests(UnitTestsOptions(free_form=True))
    verdicts = judge(task, first(task, make_item(source, [], mutants=mutants)), *SUITES, extended=True)
    passes = ends_well([f"{source}\n{suite}" for suite in SUITES])
    for suite, verdict, passed in zip(SUITES, verdicts, passes, strict=True):
        assert verdict.parts.get("compiles", 0.0) == compiles(suite)
        if compiles(suite) and (passed or suite != SUITES[3]):
            assert verdict.parts["correct"] == passed
        expected = covered(tmp_path, source, "f", lambda f, s=suite: exec(s, {"f": f})) if passed else {}
        for share in ("line", "branch"):
            assert verdict.parts.get(f"{share}_coverage", 0.0) == expected.get(share, 0.0)
    assert passes == [True, True, True, False, False, False]
    assert verdicts[3].parts["correct"] == 1 / 2, "of asserts, the share that is right"


def compiles(text: str) -> bool:
    try:
        compile(text, "suite", "exec")
    except SyntaxError:
        return False
    return True


@pytest.mark.parametrize("free_form", [False, True])
def test_mutants_are_killed_where_plain_runs_of_the_tests_fail(make_item, first, judge, free_form: bool) -> None:
    source = BRANCHES.strip().replace("grade", "f")
    mutants = mutate(source)[:8]
    example = first(UnitTests(UnitTestsOptions()), make_item(source, [((0, True), 0)], mutants=mutants))
    texts = ["assert f(0, True) == 0\nassert f(1, True) == 2", "assert f(9, True) == 3\nassert f(-1, False) == None"]
    if free_form:
        texts = [f"for _ in range(2):\n    {text.replace(chr(10), chr(10) + '    ')}" for text in texts]
    judged = judge(UnitTests(UnitTestsOptions(free_form=free_form)), example, *texts)
    for text, verdict in zip(texts, judged, strict=True):
        reference, *others = ends_well([f"{program}\n{text}" for program in (source, *mutants)])
        assert verdict.parts == {"correct": float(reference), "killed": pytest.approx(1 - sum(others) / len(others))}
        assert 0 < verdict.parts["killed"] < 1
