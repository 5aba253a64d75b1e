"""Problems that whole programs solve, in one of the forms of `astor.data.problem_forms`."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from astor.data.lines import read_lines
from astor.data.problem_forms import RECORDS, Problem, UnusableError
from astor.data.problem_tests import ProblemTestOptions, divide, reason_to_drop
from astor.data.source import Source
from astor.data.structure import parse
from astor.options import Options
from astor.records import Item, Program, StdinTest
from astor.storage import digest_bytes

MOST_SOLUTIONS = 3
"""Solutions that are kept, the first ones that are Python 3. Our choice: published ones are often wrong, and one that
passes the tests is enough."""
_DECIMAL = re.compile(r"(^|\s)[+-]?[0-9]*\.[0-9]+(\s|$)")


class StdinProblemsOptions(Options):
    """Where the file lies, and which problems have tests enough."""

    type: Literal["stdin"] = "stdin"
    path: Path
    """A JSONL file with the fields that `astor.data.problem_forms` documents."""
    licence: str = "unknown"
    """Licence of records that name none, as an SPDX identifier."""
    tests: ProblemTestOptions = ProblemTestOptions()
    """Which problems are dropped, and which of their tests are kept and shown."""


class StdinProblemsSource(Source):
    """Programs, with public tests to show and hidden ones to judge by.

    Outputs are compared as words and lines, and as numbers too where an expected output has one with a decimal point:
    our choice, after the judges of both data sets, which try the one and then the other. A test whose input another one
    has too is dropped, so that no hidden test is a public one. Problems share a split when their statements have the
    same words.
    """

    options_type = StdinProblemsOptions
    options: StdinProblemsOptions

    def items(self) -> Iterator[Item]:
        self.left_out, self.parts_left_out = Counter(), Counter()
        for number, record in read_lines(self.options.path, RECORDS):
            try:
                problem = record.problem()
                program = self._program(problem)
            except UnusableError as reason:
                self.left_out[str(reason)] += 1
                continue
            yield Item(
                id=f"{self.options.path.name.partition('.')[0]}-{number if problem.name is None else problem.name}",
                content=program,
                source=self.options.path.name,
                licence=problem.licence or self.options.licence,
                structural_hash=digest_bytes(" ".join(re.findall(r"\w+", problem.statement.lower())).encode()),
                difficulty=problem.difficulty,
            )

    def _program(self, problem: Problem) -> Program:
        tests = [*problem.public, *problem.tests]
        if reason := reason_to_drop(problem.statement, tests, self.options.tests):
            raise UnusableError(reason)
        if not problem.solutions:
            raise UnusableError("it has no solution")
        solutions = list(self._solutions(problem))
        if not solutions:
            raise UnusableError("no solution is Python 3")
        distinct: dict[str, StdinTest] = {}
        for stdin, stdout in tests:
            distinct.setdefault(stdin, StdinTest(stdin=stdin, stdout=stdout))
        said_public = len({stdin for stdin, _ in problem.public})
        public, hidden = divide(list(distinct.values()), said_public, self.options.tests)
        if not hidden:
            raise UnusableError("too few tests")
        return Program(
            description=problem.statement.replace("\r\n", "\n").strip(),
            solutions=tuple(solutions),
            public_tests=tuple(public),
            hidden_tests=tuple(hidden),
            compare="float" if any(_DECIMAL.search(test.stdout) for test in (*public, *hidden)) else "whitespace",
        )

    def _solutions(self, problem: Problem) -> Iterator[str]:
        kept = 0
        for solution in dict.fromkeys(filter(lambda each: isinstance(each, str), problem.solutions)):
            if kept == MOST_SOLUTIONS:
                return
            try:
                parse(solution)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                self.parts_left_out["solution: it is no Python 3"] += 1
                continue
            kept += 1
            yield solution.replace("\r\n", "\n")
