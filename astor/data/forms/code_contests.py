"""CodeContests (Li and others, arXiv 2203.07814)."""

from typing import Any

from astor.data.foreign import ForeignRecord
from astor.data.forms.problem import Problem, ProblemForm, UnusableError
from astor.data.forms.test_sets import read_tests

PYTHON_3 = 3
"""What its `contest_problem.proto` calls the language; the hub's copy may say `PYTHON3`."""


class _Solutions(ForeignRecord):
    language: list[int | str] = []
    solution: list[str] = []


class CodeContests(ProblemForm):
    """The statement in `description`, tests in `public_tests`, `private_tests` and `generated_tests`, `solutions`."""

    description: str
    public_tests: Any
    private_tests: Any = None
    generated_tests: Any = None
    solutions: _Solutions = _Solutions()
    input_file: str = ""
    output_file: str = ""

    def problem(self) -> Problem:
        if self.input_file or self.output_file:
            raise UnusableError("its programs read or write files")
        fields = ("public_tests", "private_tests", "generated_tests")
        public, *others = (read_tests(field, getattr(self, field)).pairs for field in fields)
        programs = zip(self.solutions.language, self.solutions.solution, strict=False)
        solutions: list[Any] = [program for language, program in programs if language in (PYTHON_3, "PYTHON3")]
        return Problem(self.description, public, [test for tests in others for test in tests], solutions)
