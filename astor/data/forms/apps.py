"""APPS (Hendrycks and others, arXiv 2105.09938) and TACO (Li and others, arXiv 2312.14852)."""

from typing import Any

from pydantic import Field

from astor.data.forms.problem import DIFFICULTIES, Problem, ProblemForm
from astor.data.forms.written_tests import read_programs, read_tests


class Apps(ProblemForm):
    """The statement in `question`, tests in `input_output`, programs in `solutions`, both as they are or as JSON."""

    question: str
    input_output: Any = None
    solutions: Any = None
    starter_code: str = ""
    difficulty: str = ""
    licence: str | None = Field(default=None, validation_alias="license")
    id: str | int | None = None
    problem_id: str | int | None = None

    def problem(self) -> Problem:
        tests = read_tests("input_output", self.input_output)
        return Problem(
            statement=self.question,
            public=[],
            tests=tests.pairs,
            solutions=read_programs("solutions", self.solutions),
            function=tests.function,
            starter=self.starter_code,
            difficulty=DIFFICULTIES.get(self.difficulty.lower(), 0),
            name=self.problem_id if self.id is None else self.id,
            licence=self.licence,
        )
