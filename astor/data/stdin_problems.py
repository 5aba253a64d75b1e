"""Problems that whole programs solve, in the form of APPS (Hendrycks and others, arXiv 2105.09938) and TACO (Li and
others, arXiv 2312.14852).

A record has

- `question`: the statement;
- `input_output`: `{"inputs": […], "outputs": […]}`, as an object or as JSON in a text; each input and output is a text,
  or a list of lines;
- `solutions`: programs, as a list or as JSON in a text;
- `difficulty`: one of the words of `DIFFICULTIES`, where it is known;
- `id` or `problem_id`: what the item is called; the line's number where both are missing;
- `license`: of this problem.

Other fields are passed over. A record whose `input_output` has `fn_name` tests a function, not a program.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, TypeAdapter

from astor.data.lines import read_lines
from astor.data.problem_tests import ProblemTestOptions, reason_to_drop, split_tests, thin_out
from astor.data.source import Source
from astor.data.structure import parse
from astor.options import Options
from astor.records import Item, Program, StdinTest
from astor.storage import digest_bytes

DIFFICULTIES = {
    "introductory": 1,
    "interview": 2,
    "competition": 3,
    "EASY": 1,
    "MEDIUM": 2,
    "MEDIUM_HARD": 3,
    "HARD": 4,
    "VERY_HARD": 5,
}
"""Bucket of what APPS and TACO call it; 0 where they call it something else."""
MOST_SOLUTIONS = 3
"""Solutions that are kept, the first ones that are Python 3. Our choice: published ones are often wrong, and one that
passes the tests is enough."""
_DECIMAL = re.compile(r"(^|\s)[+-]?[0-9]*\.[0-9]+(\s|$)")


def _unpacked(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value.strip() else None
    except (ValueError, RecursionError) as error:
        raise ValueError(f"the text is not JSON ({error})") from error


def _empty(value: Any) -> Any:
    return [] if (read := _unpacked(value)) is None else read


class _Tests(BaseModel):
    inputs: list[Any] = []
    outputs: list[Any] = []
    fn_name: str | None = None


class _Problem(BaseModel):
    question: str
    input_output: Annotated[_Tests | None, BeforeValidator(_unpacked)]
    solutions: Annotated[list[str], BeforeValidator(_empty)] = []
    difficulty: str | None = None
    licence: str | None = Field(default=None, validation_alias="license")
    id: str | int | None = None
    problem_id: str | int | None = None


class StdinProblemsOptions(Options):
    """Where the file lies, and which problems have tests enough."""

    type: Literal["stdin"] = "stdin"
    path: Path
    """A JSONL file with the fields that `astor.data.stdin_problems` documents."""
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
        for number, problem in read_lines(self.options.path, TypeAdapter(_Problem)):
            program = self._program(problem)
            if isinstance(program, str):
                self.left_out[program] += 1
                continue
            name = next((key for key in (problem.id, problem.problem_id) if key is not None), number)
            yield Item(
                id=f"{self.options.path.name.partition('.')[0]}-{name}",
                content=program,
                source=self.options.path.name,
                licence=problem.licence or self.options.licence,
                structural_hash=digest_bytes(" ".join(re.findall(r"\w+", problem.question.lower())).encode()),
                difficulty=DIFFICULTIES.get(problem.difficulty or "", 0),
            )

    def _program(self, problem: _Problem) -> Program | str:
        """The problem as content, or why it is left out."""
        found = problem.input_output or _Tests()
        if found.fn_name is not None:
            return "its tests call a function"
        inputs, outputs = list(map(_text, found.inputs)), list(map(_text, found.outputs))
        if reason := reason_to_drop(problem.question, inputs, outputs, self.options.tests):
            return reason
        solutions = list(self._solutions(problem))
        if not solutions:
            return "no solution is Python 3"
        tests: dict[str, StdinTest] = {}
        for stdin, stdout in zip(inputs, outputs, strict=True):
            tests.setdefault(stdin, StdinTest(stdin=stdin, stdout=stdout))
        distinct = list(tests.values())
        kept = thin_out(distinct, [test.stdin for test in distinct], self.options.tests)
        public, hidden = split_tests(kept, self.options.tests)
        if not hidden:
            return "too few tests"
        return Program(
            description=problem.question.replace("\r\n", "\n").strip(),
            solutions=tuple(solutions),
            public_tests=tuple(public),
            hidden_tests=tuple(hidden),
            compare="float" if any(_DECIMAL.search(test.stdout) for test in kept) else "whitespace",
        )

    def _solutions(self, problem: _Problem) -> Iterator[str]:
        kept = 0
        for solution in dict.fromkeys(problem.solutions):
            if kept == MOST_SOLUTIONS:
                return
            try:
                parse(solution)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                self.parts_left_out["solution: it is no Python 3"] += 1
                continue
            kept += 1
            yield solution.replace("\r\n", "\n")


def _text(value: Any) -> Any:
    """A list of lines as the text that it stands for; anything else as it is."""
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return "\n".join(value)
    return value
