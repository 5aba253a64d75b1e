"""A problem in the forms in which problems over standard input are published."""

import json
from pathlib import Path
from typing import Any

from astor.data.splits import SplitOptions
from astor.data.stdin_problems import StdinProblemsOptions, StdinProblemsSource
from astor.records import Item

QUESTION = "Read two whole numbers from a line and write their sum. " * 3
TESTS = {"inputs": [f"{n} {n}\n" for n in range(8)], "outputs": [f"{2 * n}\n" for n in range(8)]}
SOLUTION = "a, b = map(int, input().split())\nprint(a + b)\n"
PROBLEM = {
    "question": QUESTION,
    "input_output": json.dumps(TESTS),
    "solutions": json.dumps(["print 'old'", SOLUTION]),
    "difficulty": "EASY",
    "raw_tags": "[]",
}

CASES = [{"input": stdin, "output": stdout, "testtype": "stdin"} for stdin, stdout in zip(*TESTS.values(), strict=True)]
LIVE = {  # A record of LiveCodeBench, with a solution, which the published ones lack.
    "question_content": QUESTION,
    "question_id": "1873_A",
    "public_test_cases": json.dumps(CASES[:2]),
    "private_test_cases": json.dumps(CASES[2:]),
    "starter_code": "",
    "difficulty": "easy",
    "solutions": [SOLUTION],
}
CONTEST = {  # One of CodeContests: tests by column, solutions in all languages.
    "name": "1_A. Sums",
    "description": QUESTION,
    "public_tests": {"input": TESTS["inputs"][:1], "output": TESTS["outputs"][:1]},
    "private_tests": {"input": TESTS["inputs"][:3], "output": TESTS["outputs"][:3]},
    "generated_tests": {"input": TESTS["inputs"][3:], "output": TESTS["outputs"][3:]},
    "solutions": {"language": [2, 3, 1], "solution": ["int main() {}", SOLUTION, "print 1"]},
    "difficulty": 7,
    "input_file": "",
}


def read(tmp_path: Path, problem: dict[str, Any] = PROBLEM, **changes: Any) -> tuple[StdinProblemsSource, list[Item]]:
    path = tmp_path / "sums.jsonl"
    path.write_text(json.dumps(problem | changes) + "\n")
    source = StdinProblemsSource(StdinProblemsOptions(path=path, licence="MIT"), SplitOptions())
    return source, list(source.items())
