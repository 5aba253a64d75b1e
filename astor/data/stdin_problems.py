"""Problems with inputs and outputs, for whole programs or for functions, in one of the forms of `astor.data.forms`."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from astor.data.forms.called import function_of
from astor.data.forms.problem import Problem, UnusableError
from astor.data.forms.table import PROBLEMS
from astor.data.lines import read_lines
from astor.data.problem_tests import ProblemTestOptions, divide, reason_to_drop
from astor.data.source import Source
from astor.data.structure import parse, structure_of
from astor.options import Options
from astor.records import Function, Item, Program, StdinTest

MOST_SOLUTIONS = 10
"""Solutions that are tried in turn until one passes, the first ones that are Python 3. Our choice: published ones are
often wrong, and of ten one is right nearly always."""
_DECIMAL = re.compile(r"(^|\s)[+-]?[0-9]*\.[0-9]+(\s|$)")
_FENCE = re.compile(r"\s*(`{3,}|~{3,})[^\n]*\n(.*?)\n?\1\s*", re.DOTALL)


class StdinProblemsOptions(Options):
    """Where the file lies, and which problems have tests enough."""

    type: Literal["stdin"] = "stdin"
    path: Path
    """A file or directory of records with the fields that the modules of `astor.data.forms` document."""
    licence: str = "unknown"
    """Licence of records that name none, as an SPDX identifier."""
    tests: ProblemTestOptions = ProblemTestOptions()
    """Which problems are dropped, and which of their tests are kept and shown."""


class StdinProblemsSource(Source):
    """Programs, with public tests to show and hidden ones to judge by; and functions, where that is what tests call.

    Outputs of programs are compared as words and lines, and as numbers too where an expected output has one with a
    decimal point: our choice, after the judges of both data sets, which try the one and then the other. A test whose
    input another one has too is dropped, so that no hidden test is a public one. Problems share a split when their
    statements have the same words, or their functions the same structure. One without a solution in Python 3 stays.
    """

    options_type = StdinProblemsOptions
    options: StdinProblemsOptions

    def items(self) -> Iterator[Item]:
        self.forms, self.left_out, self.parts_left_out = Counter(), Counter(), Counter()
        for number, record in read_lines(self.options.path, PROBLEMS):
            self.forms[PROBLEMS.name_of(record)] += 1
            try:
                problem = record.problem()
                content = self._content(problem)
            except UnusableError as reason:
                self.left_out[str(reason)] += 1
                continue
            source = content.source if isinstance(content, Function) else ""
            yield Item(
                id=f"{self.options.path.name.partition('.')[0]}-{number if problem.name is None else problem.name}",
                content=content,
                source=self.options.path.name,
                licence=problem.licence or self.options.licence,
                structural_hash=structure_of(source, problem.statement),
                difficulty=problem.difficulty,
            )

    def _content(self, problem: Problem) -> Program | Function:
        solutions = list(self._solutions(problem))
        if problem.function:
            return function_of(problem, solutions, self.options.tests)
        tests = [*problem.public, *problem.tests]
        if reason := reason_to_drop(problem.statement, tests, self.options.tests):
            raise UnusableError(reason)
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
            checker=problem.checker,
            compare="float" if any(_DECIMAL.search(test.stdout) for test in (*public, *hidden)) else "whitespace",
        )

    def _solutions(self, problem: Problem) -> Iterator[str]:
        kept = 0
        for solution in dict.fromkeys(filter(lambda each: isinstance(each, str), problem.solutions)):
            if kept == MOST_SOLUTIONS:
                return
            fenced = _FENCE.fullmatch(solution)
            program = (fenced[2] if fenced else solution).replace("\r\n", "\n")
            try:
                parse(program)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                self.parts_left_out["solution: it is no Python 3"] += 1
                continue
            kept += 1
            yield program
