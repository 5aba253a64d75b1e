"""Predicting what a call returns, or arguments for which it returns a given value (CRUXEval, arXiv 2401.03065)."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from astor.data.calls import arguments_of, call_text
from astor.records import Call, Function, Item, Reference, Split
from astor.tasks.task import Example, Task, TaskOptions, place_in

CANDIDATES = 8
"""Calls that prompts are made of: an item's first ones."""
LITERAL_CHARACTERS = 120
"""Calls whose arguments or result are longer are not asked for. Our choice: copying is not predicting."""

INSTRUCTIONS = {
    "output": "What stands in the place of the question mark? Answer with one Python literal and nothing else.",
    "input": "Which argument stands in the place of the question mark? Answer with one Python literal, or with a tuple"
    " of literals where the function takes several arguments, and nothing else.",
}


class IOPredictionOptions(TaskOptions):
    """Options of `io_prediction`."""

    type: Literal["io_prediction"] = "io_prediction"


class IOPrediction(Task):
    """One prompt of kind `output` and one of kind `input` per function.

    Terse: the source, then `f(4) == ?` with the answer `7`, or `f(?) == 7` with an answer such as `4`.
    """

    key = "io_prediction"
    options_type = IOPredictionOptions
    promotion_metric: ClassVar[str] = "exact_match"

    def examples(self, item: Item, split: Split) -> Iterator[Example]:
        function = item.content
        if not isinstance(function, Function):
            return
        calls = [call for call in function.calls[:CANDIDATES] if _is_short(call)]
        if not calls:
            return
        place = place_in(item, len(calls))
        for kind, call in (("output", calls[place]), ("input", calls[(place + 1) % len(calls)])):
            output = kind == "output"
            question = f"{call_text(function.entry, call)} == ?" if output else f"{function.entry}(?) == {call.returns}"
            reference = Reference(
                prompt_id=f"{self.key}/{kind}/{item.id}",
                task=self.key,
                kind=kind,
                entry=function.entry,
                solution=function.source,
                tests=(call,),
            )
            answer = call.returns if output else _input_answer(call)
            yield self.example(item, split, self._text(kind, function.source, question), reference, answer)

    def _text(self, kind: str, source: str, question: str) -> str:
        if self.options.style == "terse":
            return f"{source}\n{question}"
        return f"```python\n{source}\n```\n\n```python\n{question}\n```\n\n{INSTRUCTIONS[kind]}"


def _is_short(call: Call) -> bool:
    return max(len(call.arguments), len(call.returns)) <= LITERAL_CHARACTERS


def _input_answer(call: Call) -> str:
    arguments = arguments_of(call)
    return repr(arguments[0]) if len(arguments) == 1 else repr(arguments)
