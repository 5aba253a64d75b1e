"""The forms in which problems for whole programs are published: APPS (Hendrycks and others, arXiv 2105.09938) with TACO
(Li and others, arXiv 2312.14852), LiveCodeBench (Jain and others, arXiv 2403.07974) and CodeContests (Li and others,
arXiv 2203.07814).

A record of APPS and TACO has

- `question`: the statement;
- `input_output`: `{"inputs": […], "outputs": […]}`, as an object or as JSON in a text; each input and output is a text,
  or a list of lines;
- `solutions`: programs, as a list or as JSON in a text;
- `difficulty`: one of the words of `DIFFICULTIES`, where it is known;
- `id` or `problem_id`: what the item is called; the line's number where both are missing;
- `license`: of this problem.

One of LiveCodeBench has `question_content`, `question_id`, `difficulty`, and in `public_test_cases` and
`private_test_cases` lists of `{"input", "output", "testtype"}`, as JSON in a text; and, which the published ones lack,
`solutions`. One of CodeContests has `description`, `public_tests`, `private_tests` and `generated_tests`, each
`{"input": […], "output": […]}`, and `solutions`, `{"language": […], "solution": […]}`. Other fields are passed over.
"""

import json
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, Discriminator, Field, Tag, TypeAdapter

DIFFICULTIES = {
    "introductory": 1,
    "interview": 2,
    "competition": 3,
    "EASY": 1,
    "MEDIUM": 2,
    "MEDIUM_HARD": 3,
    "HARD": 4,
    "VERY_HARD": 5,
    "easy": 1,
    "medium": 2,
    "hard": 3,
}
"""Bucket of what APPS, TACO and LiveCodeBench call it; 0 where they call it something else."""
PYTHON_3 = 3
"""What CodeContests calls the language (its `contest_problem.proto`)."""


class UnusableError(Exception):
    """Why a problem is left out, as reports count it."""


class Problem(NamedTuple):
    """What a record says, whatever its form."""

    statement: str
    public: list[tuple[Any, Any]]
    """Input and output of each test that is said to be public; none where nothing is said."""
    tests: list[tuple[Any, Any]]
    """Input and output of each other test."""
    solutions: list[Any]
    difficulty: int = 0
    name: str | int | None = None
    licence: str | None = None


class _Apps(BaseModel):
    question: str
    input_output: Any = None
    solutions: Any = None
    difficulty: str | None = None
    licence: str | None = Field(default=None, validation_alias="license")
    id: str | int | None = None
    problem_id: str | int | None = None

    def problem(self) -> Problem:
        found = _unpacked("input_output", self.input_output) or {}
        lists = [found.get(key, []) for key in ("inputs", "outputs")] if isinstance(found, dict) else []
        if not lists or not all(isinstance(each, list) for each in lists):
            raise UnusableError("its input_output has no lists of inputs and outputs")
        if found.get("fn_name"):
            raise UnusableError("its tests call a function")
        inputs, outputs = (list(map(_lines, each)) for each in lists)
        tests = _pairs(inputs, outputs)
        name = self.problem_id if self.id is None else self.id
        bucket = DIFFICULTIES.get(self.difficulty or "", 0)
        return Problem(self.question, [], tests, _list("solutions", self.solutions), bucket, name, self.licence)


class _LiveCodeBench(BaseModel):
    question_content: str
    public_test_cases: Any
    private_test_cases: Any = None
    solutions: Any = None
    difficulty: str | None = None
    question_id: str | None = None

    def problem(self) -> Problem:
        solutions = _list("solutions", self.solutions)
        if not solutions:
            raise UnusableError("it has no solution")
        hidden = self.private_test_cases
        if isinstance(hidden, str) and not hidden.lstrip().startswith("["):
            raise UnusableError("its private_test_cases are pickled, which is not read")
        bucket = DIFFICULTIES.get(self.difficulty or "", 0)
        public = _cases("public_test_cases", self.public_test_cases)
        tests = _cases("private_test_cases", hidden)
        return Problem(self.question_content, public, tests, solutions, bucket, self.question_id)


class _Tests(BaseModel):
    input: list[str] = []
    output: list[str] = []


class _Solutions(BaseModel):
    language: list[int] = []
    solution: list[str] = []


class _CodeContests(BaseModel):
    description: str
    public_tests: _Tests
    private_tests: _Tests = _Tests()
    generated_tests: _Tests = _Tests()
    solutions: _Solutions
    input_file: str | None = None
    output_file: str | None = None

    def problem(self) -> Problem:
        if self.input_file or self.output_file:
            raise UnusableError("its programs read or write files")
        public, *others = (
            _pairs(tests.input, tests.output) for tests in (self.public_tests, self.private_tests, self.generated_tests)
        )
        solutions = [
            solution
            for language, solution in zip(self.solutions.language, self.solutions.solution, strict=False)
            if language == PYTHON_3
        ]
        return Problem(self.description, public, [test for tests in others for test in tests], solutions)


def _form(record: Any) -> str:
    if "public_test_cases" in record and "input_output" not in record:
        return "live-code-bench"
    return "code-contests" if "public_tests" in record and "input_output" not in record else "apps"


RECORDS: TypeAdapter[_Apps | _LiveCodeBench | _CodeContests] = TypeAdapter(
    Annotated[
        Annotated[_Apps, Tag("apps")]
        | Annotated[_LiveCodeBench, Tag("live-code-bench")]
        | Annotated[_CodeContests, Tag("code-contests")],
        Discriminator(_form),
    ]
)
"""A record in one of the forms; its `problem()` says what it holds, or raises `UnusableError`."""


def _unpacked(field: str, value: Any) -> Any:
    """What JSON within a text holds; anything else as it is."""
    if not isinstance(value, str) or not value.strip():
        return value
    try:
        # Nothing that is read here is a number, and the longest ones Python does not read as whole numbers.
        return json.loads(value, parse_int=float)
    except (ValueError, RecursionError) as error:
        raise UnusableError(f"its {field} cannot be read as JSON") from error


def _list(field: str, value: Any) -> list[Any]:
    found = _unpacked(field, value) or []
    if not isinstance(found, list):
        raise UnusableError(f"there is no list in its {field}")
    return found


def _cases(field: str, value: Any) -> list[tuple[Any, Any]]:
    cases = _list(field, value)
    if not all(isinstance(case, dict) for case in cases):
        raise UnusableError(f"there is no list of tests in its {field}")
    if any(case.get("testtype") == "functional" for case in cases):
        raise UnusableError("its tests call a function")
    return [(case.get("input"), case.get("output")) for case in cases]


def _pairs(inputs: list[Any], outputs: list[Any]) -> list[tuple[Any, Any]]:
    if len(inputs) != len(outputs):
        raise UnusableError("inputs and outputs differ in number")
    return list(zip(inputs, outputs, strict=True))


def _lines(value: Any) -> Any:
    """A list of lines as the text that it stands for; anything else as it is."""
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return "\n".join(value)
    return value
