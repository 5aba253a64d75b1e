"""DeepCoder's collection (agentica-org/DeepCoder-Preview-Dataset on the hub) of TACO, SYNTHETIC-1 and LiveCodeBench."""

from typing import Any

from pydantic import Field

from astor.data.forms.problem import Problem, ProblemForm
from astor.data.forms.written_tests import function_named, read_programs, read_tests


class DeepCoder(ProblemForm):
    """The statement in `problem`, programs in fences in `solutions`, and `tests`, as JSON; of LiveCodeBench's also
    `starter_code` and `metadata`."""

    statement: str = Field(validation_alias="problem")
    tests: Any
    solutions: Any = None
    starter_code: str = ""
    metadata: Any = None

    def problem(self) -> Problem:
        tests = read_tests("tests", self.tests, function_named(self.metadata))
        solutions = read_programs("solutions", self.solutions)
        return Problem(self.statement, [], tests.pairs, solutions, tests.function, self.starter_code)
