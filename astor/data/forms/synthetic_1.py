"""SYNTHETIC-1's problems (PrimeIntellect/verifiable-coding-problems and PrimeIntellect/SYNTHETIC-1 on the hub)."""

import re
from typing import Any

from astor.data.foreign import ForeignRecord
from astor.data.forms.problem import DIFFICULTIES, Problem, ProblemForm, UnusableError
from astor.data.forms.written_tests import read_json, read_tests

_AROUND = re.compile(
    r"\ASolve the following coding problem using the programming language python:\s*"
    r"|\s*The input will be (?:stdin|given via stdin) and you should print your solution to stdout\s*"
    r"|\s*Now solve the problem and return the code\.\s*\Z"
)
"""What it says around each statement, which our prompts say in their own words."""


class _Metadata(ForeignRecord):
    difficulty: str = ""


class Synthetic1(ProblemForm):
    """The statement in `prompt`, one program in `gold_standard_solution`, `test_cases` in `verification_info`."""

    prompt: str
    verification_info: Any
    gold_standard_solution: str = ""
    task_type: str = "verifiable_code"
    metadata: Any = None
    problem_id: str | None = None

    def problem(self) -> Problem:
        info = read_json("verification_info", self.verification_info)
        if not isinstance(info, dict) or self.task_type != "verifiable_code":
            raise UnusableError("it is no problem of code")
        if info.get("language") not in (None, "python", "python3"):
            raise UnusableError("it is of another language")
        tests = read_tests("test_cases", info.get("test_cases"))
        metadata = read_json("metadata", self.metadata)
        difficulty = _Metadata.model_validate(metadata).difficulty if isinstance(metadata, dict) else ""
        return Problem(
            statement=_AROUND.sub("", self.prompt),
            public=[],
            tests=tests.pairs,
            solutions=[self.gold_standard_solution] if self.gold_standard_solution else [],
            function=tests.function,
            difficulty=DIFFICULTIES.get(difficulty.lower(), 0),
            name=self.problem_id,
        )
