"""Writing a function from its description."""

from collections.abc import Iterator, Sequence
from typing import Literal

from pydantic import Field

from astor.data.calls import arguments_of, assertion, result_of
from astor.records import Call, Function, Item, Outcome, Reference, Split
from astor.sandbox import CallsJob, CheckJob, Job, Result, same_value
from astor.tasks.task import Answer, Example, Judgement, Task, TaskOptions

INSTRUCTION = (
    "Write a Python function named `{entry}` for this task: {description}\n\n{tests}"
    "Answer with one fenced block of Python."
)


class CodeGenerationOptions(TaskOptions):
    """Options of `code_generation`."""

    type: Literal["code_generation"] = "code_generation"
    shown_tests: int = Field(default=0, ge=0)
    """Calls that the prompt shows, the item's first ones. They must pass and earn nothing."""
    hidden_tests: int = Field(default=8, ge=1)
    """Most hidden calls that the reward runs, the next ones; what is left is the second test set, which only
    evaluation runs. 8 is our choice."""


class CodeGeneration(Task):
    """One prompt per function that has a description and hidden tests.

    Terse: `write f for list: reverse, then first item`, and a line `assert f([1, 2]) == 2` per shown test; the answer
    is the whole definition.

    Score: 0.3 * share of hidden tests passed + 0.7 * [all pass], and 0 unless all shown tests pass and the program
    comes to its end. A policy could

    - return what the shown tests expect: only hidden tests are paid;
    - read or replace what judges it: expected values are never where the program runs, what it claims is plain data;
    - exit, hang or fill the memory before a hard test: a program that does not end earns nothing;
    - overfit the hidden tests by their partial credit: the promotion gate reads a second hidden set.
    """

    key = "code_generation"
    options_type = CodeGenerationOptions
    parser = "program"
    promotion_metric = "second_tests"
    """All tests of the second hidden set pass; where an item has too few tests for one, all of the first."""
    options: CodeGenerationOptions

    def examples(self, item: Item, split: Split) -> Iterator[Example]:
        function = item.content
        if not isinstance(function, Function) or not function.description:
            return
        shown, hidden = function.calls[: self.options.shown_tests], function.calls[self.options.shown_tests :]
        if not hidden and function.check is None:
            return
        reference = Reference(
            prompt_id=f"{self.key}/{item.id}",
            task=self.key,
            entry=function.entry,
            solution=function.source,
            public_tests=shown,
            tests=hidden[: self.options.hidden_tests],
            second_tests=hidden[self.options.hidden_tests :],
            check=function.check,
        )
        yield self.example(item, split, self._text(function, shown), reference, function.source, shown)

    def _text(self, function: Function, shown: tuple[Call, ...]) -> str:
        tests = [assertion(function.entry, call) for call in shown]
        if self.options.style == "terse":
            kind = f" for {function.argument_type}" if function.argument_type else ""
            return "\n".join([f"write {function.entry}{kind}: {function.description}", *tests])
        listing = "It must pass this test:\n```python\n" + "\n".join(tests) + "\n```\n\n" if tests else ""
        return INSTRUCTION.format(entry=function.entry, description=function.description, tests=listing)

    def jobs(self, reference: Reference, answers: Sequence[Answer], extended: bool) -> list[Job]:
        """Equal programs are run once: their shown and hidden calls, the check, and the second calls if `extended`."""
        return [job for program in _programs(answers) for job in _jobs(reference, program, extended)]

    def judge(
        self, reference: Reference, answers: Sequence[Answer], results: Sequence[Result], extended: bool
    ) -> list[Judgement]:
        left = iter(results)
        judged = {
            program: _judge(reference, [next(left) for _ in _jobs(reference, program, extended)], extended)
            for program in _programs(answers)
        }
        return [judged[answer.value] for answer in answers]


def _programs(answers: Sequence[Answer]) -> list[str]:
    return list(dict.fromkeys(answer.value for answer in answers))


def _jobs(reference: Reference, program: str, extended: bool) -> list[Job]:
    """In the order in which `_judge` takes their results: calls of the reward, second calls, check."""
    jobs: list[Job] = []
    for calls in (reference.public_tests + reference.tests, reference.second_tests if extended else ()):
        if calls:
            jobs.append(CallsJob(program, reference.entry, tuple(map(arguments_of, calls))))
    if reference.check is not None:
        jobs.append(CheckJob(program, reference.entry, reference.check))
    return jobs


def _passed(result: Result, calls: Sequence[Call]) -> list[bool]:
    """Per call, whether the claim is what the call returns; all False where the program did not come to its end."""
    if result.outcome is not Outcome.PASSED:
        return [False] * len(calls)
    return [
        claim.kind == "value" and same_value(claim.value, result_of(call))
        for claim, call in zip(result.claims, calls, strict=True)
    ]


def _judge(reference: Reference, results: list[Result], extended: bool) -> Judgement:
    if any(result.outcome is Outcome.INFRASTRUCTURE_ERROR for result in results):
        return Judgement(Outcome.INFRASTRUCTURE_ERROR, None, 0.0)
    left, calls = list(results), reference.public_tests + reference.tests
    first = left.pop(0) if calls else None
    second = left.pop(0) if extended and reference.second_tests else None
    check = left.pop(0) if reference.check is not None else None
    passed = _passed(first, calls) if first is not None else []
    shown, hidden = passed[: len(reference.public_tests)], passed[len(reference.public_tests) :]
    if check is not None:
        hidden.append(check.outcome is Outcome.PASSED)
    share, full = sum(hidden) / len(hidden), all(passed) and all(hidden)
    # The first program that did not come to its end decides; a check that failed did come to its end.
    ends = [result.outcome for result in (first, check) if result is not None and result.outcome is not Outcome.PASSED]
    outcome = next(iter(ends), Outcome.PASSED if full else Outcome.FAILED)
    ended = outcome in (Outcome.PASSED, Outcome.FAILED)
    parts = {"hidden_tests": share, "all_tests": float(full)}
    if extended:
        parts["second_tests"] = float(all(_passed(second, reference.second_tests)) if second is not None else full)
    return Judgement(
        outcome,
        0.3 * share + 0.7 * full if all(shown) and ended else 0.0,
        0.0 if outcome is Outcome.MALFORMED else 1.0,
        parts,
        f"{sum(hidden)} of {len(hidden)} hidden tests pass.",
    )
