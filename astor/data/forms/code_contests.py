"""CodeContests (Li and others, arXiv 2203.07814)."""

from typing import Annotated, Any

from pydantic import BeforeValidator

from astor.data.foreign import ForeignRecord, unpacked
from astor.data.forms.problem import Problem, ProblemForm, UnusableError
from astor.data.forms.written_tests import read_tests

PYTHON_3 = (3, "PYTHON3")
"""What its `contest_problem.proto` calls the language, by number and by name."""


class _Solutions(ForeignRecord):
    language: list[int | str] = []
    solution: list[str] = []


def _by_column(value: Any) -> Any:
    value = unpacked(value)
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        return value
    return {field: [each.get(field) for each in value] for field in ("language", "solution")}


class CodeContests(ProblemForm):
    """The statement in `description`, tests in `public_tests`, `private_tests` and `generated_tests`, and `solutions`,
    by column, as the hub has them, or one by one."""

    description: str
    public_tests: Any
    private_tests: Any = None
    generated_tests: Any = None
    solutions: Annotated[_Solutions, BeforeValidator(_by_column)] = _Solutions()
    input_file: str = ""
    output_file: str = ""

    def problem(self) -> Problem:
        if self.input_file or self.output_file:
            raise UnusableError("its programs read or write files")
        fields = ("public_tests", "private_tests", "generated_tests")
        public, *others = (read_tests(field, getattr(self, field)).pairs for field in fields)
        programs = zip(self.solutions.language, self.solutions.solution, strict=False)
        solutions: list[Any] = [program for language, program in programs if language in PYTHON_3]
        return Problem(self.description, public, [test for tests in others for test in tests], solutions)
