"""Writing unit tests for a function."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from pydantic import Field

from astor.data.calls import assertion
from astor.records import Function, Item, Split
from astor.sandbox import CallsJob, CoverageJob
from astor.sandbox.inside.answer_blocks import block_in
from astor.tasks.assert_suite import COUNTED, AssertSuite, Given, judge_asserts, judge_kills, union_of_calls
from astor.tasks.front_door import AskableTask
from astor.tasks.generated_suite import TestedFunction, job_of, judge_generated
from astor.tasks.natural_inputs import TestsRequest
from astor.tasks.prompting import place_in
from astor.tasks.task import Answer, Example, Judging, TaskOptions

DEMONSTRATED = 2
"""Answers for one function that a warm start is shown (our choice)."""
INSTRUCTION = (
    "```python\n{source}\n```\n\nWrite 2 to 8 tests for this function with different arguments, each a line of the form"
    " `assert {entry}(arguments) == expected` with Python literals alone. Answer with these lines only."
)
FREE_INSTRUCTION = (
    "```python\n{source}\n```\n\nWrite tests for this function: asserts, or test functions and classes as pytest and"
    " unittest find them. Call it as `{entry}` with plain data, at least twice and differently, and write what each"
    " call must return rather than computing it. Answer with one fenced block of Python."
)


class UnitTestsOptions(TaskOptions):
    """Options of `unit_tests`."""

    type: Literal["unit_tests"] = "unit_tests"
    free_form: bool = False
    """Whether answers may be any test code. It costs some 40 ms of CPU an answer and mutant; asserts of literals stay
    as cheap as they are without it."""
    demonstrated_asserts: int = Field(default=3, ge=2, le=COUNTED)
    """Asserts in a demonstration for the warm start. Our choice: 3."""


class UnitTests(AskableTask):
    """One prompt per function that has mutants and is no method.

    Terse: `test`, then the source; the answer is lines of the form `assert f(4) == 7`.

    Score: 0.2 * share of calls asserted right + 0.8 * [all right] * share of mutants killed, and 0 with fewer than two
    different calls. A mutant is killed when it gives another result than the function on a call that was asserted
    right. A policy could

    - write one safe assert: two different calls are the least that earns anything;
    - repeat it, as `f(1)` and `f(True)`: equal calls count once, and are right only if every assert of them is;
    - write dozens: only the first 8 asserts count;
    - keep to arguments on which every version gives the same, as `f([]) == []`: that kills no mutant;
    - assert nothing of the function, as `1 == 1`, or test a function of its own: only calls of the function with
      literals are read;
    - write empty or idle tests in free form: tests that kill no mutant earn nothing there, and what they call is
      recorded where they have no hold on it;
    - compute the function again to compare with, since the prompt shows it: free-form tests that hold more than half of
      its expressions earn nothing, nor may they hide code in texts; a paraphrase is not noticed;
    - fail by chance: what comes to different ends on two runs earns nothing.
    """

    name = "unit_tests"
    options_type = UnitTestsOptions
    reference_type = TestedFunction
    request_type = TestsRequest
    shares_runs = True
    promotion_metric = "branch_coverage"
    """Share of the function's branches that the tested calls take, 1 where it has none; 0 unless all are right."""
    options: UnitTestsOptions

    def __init__(self, options: UnitTestsOptions, key: str | None = None) -> None:
        super().__init__(options, key)
        self.parser = "tests" if options.free_form else "asserts"

    def examples(self, item: Item, split: Split) -> Iterator[Example]:
        function = item.content
        if not isinstance(function, Function) or not function.mutants or "." in function.entry:
            return  # Of a method: asserts are read as calls of a function by its name.
        reference = TestedFunction(entry=function.entry, solution=function.source, mutants=function.mutants)
        question = self.question(TestsRequest(source=function.source, name=function.entry))
        for number in range(DEMONSTRATED if split is Split.WARM_START else 1):
            answer = self._answer(item, function, number)
            yield self.ask(item, split, question, answer, reference, number=number)

    def question(self, request: TestsRequest) -> str:
        if self.options.style == "terse":
            return f"test\n{request.source}"
        instruction = FREE_INSTRUCTION if self.options.free_form else INSTRUCTION
        return instruction.format(source=request.source, entry=request.entry)

    def answer(self, request: TestsRequest, said: str) -> str:
        return block_in(said).strip("\n")

    def _answer(self, item: Item, function: Function, number: int) -> str | None:
        """Some of the first calls, from a place of the item's own and `number`'s: None where there are too few."""
        calls = function.calls[:COUNTED]
        if len(calls) < self.options.demonstrated_asserts:
            return None
        start = (place_in(item, len(calls)) + number * self.options.demonstrated_asserts) % len(calls)
        chosen = (calls * 2)[start : start + self.options.demonstrated_asserts]
        return "\n".join(assertion(function.entry, call) for call in chosen)

    def judge(self, reference: TestedFunction, answers: Sequence[Answer], extended: bool) -> Judging:
        """One run of the function on all different calls; then, on those of suites that are all right, one of each
        mutant, and coverage per suite if `extended`. Each different piece of test code is a job of its own."""
        suites, codes = _suites(reference, answers), _codes(answers)
        calls = union_of_calls(suites.values())
        run = [CallsJob(reference.solution, reference.entry, tuple(calls.values()))] if calls else []
        ended = yield [*run, *(job_of(reference, tests) for tests in codes.values())]
        function = Given(calls, ended[0]) if run else None
        judged = {number: judge_asserts(suite, function) for number, suite in suites.items()}
        of_code = {
            source: judge_generated(reference, tests, result, extended)
            for (source, tests), result in zip(codes.items(), ended[len(run) :], strict=True)
        }
        right = {number: suites[number] for number, judgement in judged.items() if judgement is None}
        killing = union_of_calls(right.values())
        runs = [CallsJob(mutant, reference.entry, tuple(killing.values())) for mutant in reference.mutants if killing]
        covering = [
            CoverageJob(reference.solution, reference.entry, tuple(suite.calls.values()))
            for suite in right.values()
            if extended
        ]
        ended = yield [*runs, *covering]
        mutants, coverage = [Given(killing, result) for result in ended[: len(runs)]], iter(ended[len(runs) :])
        for number, suite in right.items():
            assert function is not None
            judged[number] = judge_kills(suite, function, mutants, next(coverage) if extended else None)
        judgements = []
        for number, answer in enumerate(answers):
            judgement = judged.get(number) or of_code[answer.value["source"]]
            if extended and judgement.score is not None:
                judgement.parts["compiles"] = 1.0
            judgements.append(judgement)
        return judgements


def _suites(reference: TestedFunction, answers: Sequence[Answer]) -> dict[int, AssertSuite]:
    """Place of an answer → its asserts, where it holds nothing else."""
    return {
        number: AssertSuite(answer.value, reference.entry)
        for number, answer in enumerate(answers)
        if isinstance(answer.value, list)
    }


def _codes(answers: Sequence[Answer]) -> dict[str, dict[str, Any]]:
    """Source → what was read of it, of the other answers."""
    return {answer.value["source"]: answer.value for answer in answers if not isinstance(answer.value, list)}
