"""Writing a function from its description, or a whole program from a problem's statement."""

from collections.abc import Iterator, Sequence
from typing import Literal, TypeVar

from pydantic import Field

from astor.data.calls import assertion, definition
from astor.data.preambles import shown as shown_preamble
from astor.data.preambles import with_preamble
from astor.records import Function, Item, Outcome, Program, Split, StdinTest, Verdict
from astor.sandbox import CheckJob, Ending, Job, ParseJob, Result
from astor.sandbox.inside.answer_blocks import block_in
from astor.tasks.endings import outcome_of
from astor.tasks.front_door import AskableTask
from astor.tasks.hard_coding import hard_codes
from astor.tasks.natural_inputs import CodeRequest
from astor.tasks.program_tests import ENDS, ProgramTests, as_call, job_on, passes, says_something
from astor.tasks.task import Answer, Example, Judgement, Judging, TaskOptions
from astor.tasks.wrong_tests import METRIC, wrong_calls, wrong_streams
from astor.tolerance import Tolerance

T = TypeVar("T")

INSTRUCTION = (
    "Write a Python {definition} for this task: {description}\n\n{above}{tests}Answer with one fenced block of Python."
)
PROGRAM_INSTRUCTION = (
    "Write a Python program that solves this problem. It reads standard input and writes standard output.\n\n"
    "{description}\n\n{tests}Answer with one fenced block of Python."
)


class CodeGenerationOptions(TaskOptions):
    """Options of `code_generation`."""

    type: Literal["code_generation"] = "code_generation"
    shown_tests: int = Field(default=0, ge=0)
    """Tests that the prompt shows, the item's first calls or a problem's first public tests. They must pass and earn
    nothing."""
    hidden_tests: int = Field(default=8, ge=1)
    """Most hidden tests that the reward runs, the next ones; what is left is the second test set, which only
    evaluation runs. 8 is our choice."""
    tolerance: Tolerance | None = None
    """How far a float may lie from the expected one, `{absolute: 1e-4, relative: 1e-4}`, for items that say nothing of
    it themselves. None: what the sandbox takes, 1e-6 relative, and absolute 1e-9 in results and 1e-6 in outputs."""


class CodeGeneration(AskableTask):
    """One prompt per function or problem that has a description and hidden tests.

    Terse: `write f for list: reverse, then first item`, and a line `assert f([1, 2]) == 2` per shown test; the answer
    is the whole definition. Of a problem that whole programs solve: `solve: ` and its statement.

    Score: 0.3 * share of hidden tests passed + 0.7 * [all pass], and 0 unless all shown tests pass and the program
    comes to its end. Test code of an item is one hidden test. A policy could

    - return what the shown tests expect: only hidden tests are paid, evaluation counts it as `hard_coded`, and the
      promotion gate measures what a wrong shown test costs, by prompts of their own (`perturbed_tests`);
    - read or replace what judges it: expected values are never where the program runs, what it claims is plain data,
      and test code runs in a process of its own;
    - exit, hang or fill the memory before a hard test: a function that does not end earns nothing, and an input that
      does not end takes all from a whole program;
    - write nothing, for the sake of the form: without the function, or without any output, there is no form;
    - write at length: beyond `max_tokens`, or 10 kB after its thinking, an answer is cut or not read;
    - overfit the hidden tests by their partial credit: the promotion gate reads a second hidden set.
    """

    name = "code_generation"
    options_type = CodeGenerationOptions
    reference_type = ProgramTests
    request_type = CodeRequest
    parser = "program"
    promotion_metric = "second_tests"
    """All tests of the second hidden set pass; where an item has too few tests for one, all of the first."""
    options: CodeGenerationOptions

    def __init__(self, options: CodeGenerationOptions, key: str | None = None) -> None:
        super().__init__(options, key)
        self.asks_apart = options.shown_tests > 0

    def measured_apart(self, verdict: Verdict) -> dict[str, float]:
        return {METRIC: float(verdict.outcome is Outcome.PASSED)}

    def examples(self, item: Item, split: Split) -> Iterator[Example]:
        if isinstance(item.content, Function):
            yield from self._of_function(item, item.content, split)
        elif isinstance(item.content, Program):
            yield from self._of_program(item, item.content, split)

    def _of_function(self, item: Item, function: Function, split: Split) -> Iterator[Example]:
        shown, hidden = function.calls[: self.options.shown_tests], function.calls[self.options.shown_tests :]
        if not function.description or (not hidden and function.check is None):
            return
        reference = ProgramTests(
            entry=function.entry,
            public_tests=shown,
            tests=hidden[: self.options.hidden_tests],
            second_tests=hidden[self.options.hidden_tests :],
            check=function.check,
            check_style=function.check_style,
            preamble=function.preamble,
            tolerance=function.tolerance or self.options.tolerance,
        )
        answer = self._answer(function.source) if function.source else None
        for number, tests in enumerate(_shown(split, shown, wrong_calls(shown, hidden))):
            request = CodeRequest(
                description=function.description,
                name=function.entry,
                argument_type=function.argument_type,
                preamble=function.preamble,
                tests=tuple(assertion(function.entry, call) for call in tests),
            )
            question, apart = self.question(request), number > 0
            yield self.ask(
                item, split, question, answer, reference, number=number, public_tests=tuple(tests), apart=apart
            )

    def _of_program(self, item: Item, problem: Program, split: Split) -> Iterator[Example]:
        shown, hidden = problem.public_tests[: self.options.shown_tests], tuple(map(as_call, problem.hidden_tests))
        if not problem.description or not hidden:
            return
        public = tuple(map(as_call, shown))
        reference = ProgramTests(
            entry=None,
            public_tests=public,
            tests=hidden[: self.options.hidden_tests],
            second_tests=hidden[self.options.hidden_tests :],
            compare=problem.compare,
            tolerance=problem.tolerance or self.options.tolerance,
            checker=problem.checker,
        )
        answer = self._answer(problem.solutions[0]) if problem.solutions else None
        for number, tests in enumerate(_shown(split, shown, wrong_streams(shown, problem.hidden_tests))):
            text = self._statement(problem, tests)
            calls, apart = tuple(map(as_call, tests)), number > 0
            yield self.ask(
                item, split, text, answer, reference, kind="program", number=number, public_tests=calls, apart=apart
            )

    def _answer(self, source: str) -> str:
        return source if self.options.style == "terse" else f"```python\n{source.rstrip()}\n```"

    def question(self, request: CodeRequest) -> str:
        tests = request.tests
        if self.options.style == "terse":
            kind = f" for {request.argument_type}" if request.argument_type else ""
            above = [request.preamble.strip()] if request.preamble.strip() else []
            return "\n".join([f"write {request.name}{kind}: {request.description}", *above, *tests])
        listing = "It must pass this test:\n```python\n" + "\n".join(tests) + "\n```\n\n" if tests else ""
        return INSTRUCTION.format(
            definition=definition(request.name),
            description=request.description,
            above=shown_preamble(request.preamble),
            tests=listing,
        )

    def answer(self, request: CodeRequest, said: str) -> str:
        return block_in(said, request.name).strip("\n")

    def _statement(self, problem: Program, shown: Sequence[StdinTest]) -> str:
        listing = "".join(f"Input:\n{test.stdin.rstrip()}\nOutput:\n{test.stdout.rstrip()}\n\n" for test in shown)
        if self.options.style == "terse":
            return f"solve: {problem.description.strip()}\n{listing}"
        return PROGRAM_INSTRUCTION.format(description=problem.description.strip(), tests=listing)

    def entry(self, reference: ProgramTests) -> str:
        return reference.entry or ""

    def judge(self, reference: ProgramTests, answers: Sequence[Answer], extended: bool) -> Judging:
        """Equal programs are run once: on shown and hidden tests, the check, and on the second tests if `extended`."""
        jobs = {program: _jobs(reference, program, extended) for program in _programs(answers)}
        left = iter((yield [job for part in jobs.values() for job in part]))
        judged = {program: _judge(reference, [next(left) for _ in part], extended) for program, part in jobs.items()}
        return [judged[answer.value] for answer in answers]


def _shown(split: Split, true: Sequence[T], wrong: Sequence[T] | None) -> list[Sequence[T]]:
    """What prompts show of an item's tests: in the promotion split, in a prompt apart, also one that is wrong."""
    return [true, wrong] if split is Split.PROMOTION and wrong is not None else [true]


def _programs(answers: Sequence[Answer]) -> list[str]:
    return list(dict.fromkeys(answer.value for answer in answers))


def _jobs(reference: ProgramTests, answer: str, extended: bool) -> list[Job]:
    """The jobs in the order in which `_judge` takes their results: calls of the reward, second calls, check, literals
    of the answer."""
    jobs: list[Job] = []
    program = with_preamble(reference.preamble, answer)
    for calls in (reference.public_tests + reference.tests, reference.second_tests if extended else ()):
        if calls:
            jobs.append(job_on(calls, reference, program))
    if reference.check is not None:
        assert reference.entry is not None, "test code tests a function"
        jobs.append(CheckJob(program, reference.entry, reference.check, reference.check_style))
    if extended and reference.public_tests:
        jobs.append(ParseJob("literals", (answer,)))
    return jobs


def _judge(reference: ProgramTests, results: list[Result], extended: bool) -> Judgement:
    if any(result.ending is Ending.INFRASTRUCTURE_ERROR for result in results):
        return Judgement(Outcome.INFRASTRUCTURE_ERROR, None, 0.0)
    left, calls = list(results), reference.public_tests + reference.tests
    first = left.pop(0) if calls else None
    second = left.pop(0) if extended and reference.second_tests else None
    check = left.pop(0) if reference.check is not None else None
    read = left.pop(0) if extended and reference.public_tests else None
    passed = passes(reference, first, calls) if first is not None else []
    shown, hidden = passed[: len(reference.public_tests)], passed[len(reference.public_tests) :]
    if check is not None:
        hidden.append(check.ending is Ending.FINISHED)
    share, full = sum(hidden) / len(hidden), all(passed) and all(hidden)
    # The first program that did not come to its end decides; a check that failed did come to its end.
    ends = [result.ending for result in (first, check) if result is not None and result.ending is not Ending.FINISHED]
    outcome = outcome_of(ends[0]) if ends else Outcome.PASSED if full else Outcome.FAILED
    ended = not ends or ends[0] in ENDS
    spoken = outcome is not Outcome.MALFORMED and (first is None or says_something(reference, first))
    parts = {"hidden_tests": share, "all_tests": float(full)}
    if extended:
        apart = passes(reference, second, reference.second_tests) if second is not None else [full]
        parts["second_tests"] = float(all(apart))
    if read is not None:
        literals = [text for claim in read.claims if claim.kind == "value" for text in claim.value]
        parts["hard_coded"] = float(hard_codes(literals, reference.public_tests, all(shown), all(hidden)))
    return Judgement(
        outcome,
        0.3 * share + 0.7 * full if all(shown) and ended else 0.0,
        float(spoken),
        parts,
        f"{sum(hidden)} of {len(hidden)} hidden tests pass.",
    )
