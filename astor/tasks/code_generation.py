"""Writing a function from its description."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from astor.data.calls import assertion
from astor.records import Call, Function, Item, Reference, Split
from astor.tasks.task import Example, Task, TaskOptions

INSTRUCTION = "Write a Python function named `{entry}`. {description}\n\n{tests}Answer with one fenced block of Python."


class CodeGenerationOptions(TaskOptions):
    """Options of `code_generation`."""

    type: Literal["code_generation"] = "code_generation"
    shown_tests: int = Field(default=0, ge=0)
    """Calls that the prompt shows, the item's first ones. They must pass and earn nothing."""
    hidden_tests: int = Field(default=8, ge=1)
    """Most hidden calls that the reward runs, the next ones; what is left is the second test set, which only
    evaluation runs. 8 is the prototype's value."""


class CodeGeneration(Task):
    """One prompt per function that has a description and hidden tests.

    Terse: `write f for list: reverse, then first item`, and a line `assert f([1, 2]) == 2` per shown test; the answer
    is the whole definition.
    """

    key = "code_generation"
    options_type = CodeGenerationOptions
    promotion_metric: ClassVar[str] = "second_tests"
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
