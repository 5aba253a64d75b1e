"""Writing unit tests for a function."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from astor.data.calls import assertion
from astor.records import Function, Item, Reference, Split
from astor.tasks.task import Example, Task, TaskOptions, place_in

COUNTED = 8
"""Asserts of an answer that count, its first ones: more would only pay for length."""
INSTRUCTION = (
    "```python\n{source}\n```\n\nWrite 2 to 8 tests for this function with different arguments, each a line of the form"
    " `assert {entry}(arguments) == expected` with Python literals alone. Answer with these lines only."
)


class UnitTestsOptions(TaskOptions):
    """Options of `unit_tests`."""

    type: Literal["unit_tests"] = "unit_tests"
    demonstrated_asserts: int = Field(default=3, ge=2, le=COUNTED)
    """Asserts in a demonstration for the warm start. 3 is the prototype's value."""


class UnitTests(Task):
    """One prompt per function that has mutants.

    Terse: `test`, then the source; the answer is lines of the form `assert f(4) == 7`.
    """

    key = "unit_tests"
    options_type = UnitTestsOptions
    promotion_metric: ClassVar[str] = "branch_coverage"
    options: UnitTestsOptions

    def examples(self, item: Item, split: Split) -> Iterator[Example]:
        function = item.content
        if not isinstance(function, Function) or not function.mutants:
            return
        reference = Reference(
            prompt_id=f"{self.key}/{item.id}",
            task=self.key,
            entry=function.entry,
            solution=function.source,
            mutants=function.mutants,
        )
        yield self.example(item, split, self._text(function), reference, self._answer(item, function))

    def _text(self, function: Function) -> str:
        if self.options.style == "terse":
            return f"test\n{function.source}"
        return INSTRUCTION.format(source=function.source, entry=function.entry)

    def _answer(self, item: Item, function: Function) -> str | None:
        """Some of the first calls, from a place of the item's own: None where there are too few."""
        calls = function.calls[:COUNTED]
        if len(calls) < self.options.demonstrated_asserts:
            return None
        start = place_in(item, len(calls))
        chosen = (calls * 2)[start : start + self.options.demonstrated_asserts]
        return "\n".join(assertion(function.entry, call) for call in chosen)
