"""Predicting what a call returns, or arguments for which it returns a given value (CRUXEval, arXiv 2401.03065)."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from astor.data.calls import arguments_of, call_text, callee, result_of
from astor.literals import write_literal
from astor.records import Call, Function, Item, Outcome, Record, Split
from astor.sandbox import CallsJob, Result, same_value
from astor.sandbox.inside.answer_blocks import literal_in
from astor.tasks.front_door import AskableTask
from astor.tasks.natural_inputs import IORequest
from astor.tasks.prompting import place_in
from astor.tasks.task import Answer, Example, Judgement, Judging, TaskOptions

CANDIDATES = 8
"""Calls that prompts are made of: an item's first ones."""
DEMONSTRATED = 3
"""Outputs of one function that a warm start is shown. Our choice: arithmetic is learnt from many cases, and a function
with its calls costs more to make than another question of it."""
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


class IOReference(Record):
    """A function, one of its calls, and which end of it is asked for."""

    kind: Literal["output", "input"]
    entry: str
    solution: str
    """The function's source."""
    call: Call


class IOPrediction(AskableTask):
    """One prompt of kind `output` and one of kind `input` per function; for a warm start more outputs, and for the
    promotion gate the same two questions on a second call.

    Terse: the source, then `f(4) == ?` with the answer `7`, or `f(?) == 7` with an answer such as `4`.

    An output must equal the recorded one (`astor.sandbox.same_value`). An input may be any for which the function gives
    the value that was asked for, as long as its types are those of the recorded input; the arguments of a function that
    takes several are one tuple. A policy could

    - answer with code that computes the value: only literals are read;
    - answer with an object that equals everything: claims are rebuilt from plain builtins;
    - hang the function with a huge argument: its own answer earns nothing, the others run again without it;
    - guess a frequent literal for the sake of its form: that earns at most a ninth of what being right adds;
    - answer several times, or at length: one literal is read, of several blocks the last, and none beyond 10 kB.
    """

    name = "io_prediction"
    options_type = IOPredictionOptions
    reference_type = IOReference
    request_type = IORequest
    parser = "literal"
    shares_runs = True
    graded = False
    promotion_metric = "second_call"
    """The answer is right on another call of the same function, in prompts of their own that enter no score: what was
    hit by chance or by a habit of one call's literals is not hit twice. Of a function with two calls each end is asked
    of the call whose other end the score asks; one with a single call is asked it again."""
    asks_apart = True
    extended_parts = ("exact_match",)

    def examples(self, item: Item, split: Split) -> Iterator[Example]:
        function = item.content
        if not isinstance(function, Function) or not function.source:
            return
        calls = [call for call in function.calls[:CANDIDATES] if _is_short(call)]
        if not calls:
            return
        place = place_in(item, len(calls))
        ends: list[Literal["output", "input"]] = ["output", "input"]
        if split is Split.WARM_START:
            ends += ["output"] * min(DEMONSTRATED - 1, len(calls) - 2)
        for number, end in enumerate(ends):
            call = calls[(place + number) % len(calls)]
            yield self._example(item, split, end, call, number if number > 1 else 0)
        if split is Split.PROMOTION:
            for number, end in enumerate(ends):
                call = calls[(place + (2 if len(calls) > 2 else 1 - number)) % len(calls)]
                yield self._example(item, split, end, call, 1, apart=True)

    def _example(
        self, item: Item, split: Split, end: Literal["output", "input"], call: Call, number: int, apart: bool = False
    ) -> Example:
        function = item.content
        assert isinstance(function, Function)
        output = end == "output"
        asked = {"call": call_text(function.entry, call)} if output else {"value": call.returns}
        return self.ask(
            item,
            split,
            self.question(IORequest(source=function.source, name=function.entry, **asked)),
            call.returns if output else _input_answer(call),
            IOReference(kind=end, entry=function.entry, solution=function.source, call=call),
            kind=end,
            number=number,
            apart=apart,
        )

    def question(self, request: IORequest) -> str:
        source, value = request.source.rstrip(), request.value
        line = f"{callee(request.entry)}(?) == {value}" if request.kind == "input" else f"{request.call} == ?"
        if self.options.style == "terse":
            return f"{source}\n{line}"
        return f"```python\n{source}\n```\n\n```python\n{line}\n```\n\n{INSTRUCTIONS[request.kind]}"

    def answer(self, request: IORequest, said: str) -> str:
        return literal_in(said).strip()

    def judge(self, reference: IOReference, answers: Sequence[Answer], extended: bool) -> Judging:
        """One run of the function on all the different inputs that were proposed; none for outputs."""
        inputs = self._inputs(reference, answers)
        results = yield [CallsJob(reference.solution, reference.entry, tuple(inputs.values()))] if inputs else []
        if reference.kind == "output":
            expected = result_of(reference.call)
            return [
                _judgement(same_value(answer.value, expected), answer.said == write_literal(expected), extended)
                for answer in answers
            ]
        places = {text: place for place, text in enumerate(inputs)}
        return [self._judge_input(reference, answer, places, results, extended) for answer in answers]

    def _inputs(self, reference: IOReference, answers: Sequence[Answer]) -> dict[str, tuple[Any, ...]]:
        """The different inputs of the right type, by their text."""
        if reference.kind == "output":
            return {}
        read = [_arguments(reference, answer.value) for answer in answers]
        return {write_literal(arguments): arguments for arguments in read if arguments is not None}

    def _judge_input(
        self,
        reference: IOReference,
        answer: Answer,
        places: dict[str, int],
        results: Sequence[Result],
        extended: bool,
    ) -> Judgement:
        arguments = _arguments(reference, answer.value)
        if arguments is None:
            return Judgement(Outcome.FAILED, 0.0, 0.0, detail="The answer is no argument of the right type.")
        place = places[write_literal(arguments)]
        if place >= len(results[0].claims):
            return Judgement.ended_early(results[0])
        claim = results[0].claims[place]
        right = claim.kind == "value" and same_value(claim.value, result_of(reference.call))
        return _judgement(right, answer.said == write_literal(answer.value), extended)


def _judgement(right: bool, canonical: bool, extended: bool) -> Judgement:
    parts = {"exact_match": float(right and canonical)} if extended else {}
    return Judgement(Outcome.PASSED if right else Outcome.FAILED, float(right), 1.0, parts)


def _arguments(reference: IOReference, value: Any) -> tuple[Any, ...] | None:
    """The arguments that an answer means; None where their number or types are not those of the recorded ones."""
    recorded = arguments_of(reference.call)
    for arguments in ((value,), value):
        if isinstance(arguments, tuple) and list(map(type, arguments)) == list(map(type, recorded)):
            return arguments
    return None


def _is_short(call: Call) -> bool:
    return max(len(call.arguments), len(call.returns)) <= LITERAL_CHARACTERS


def _input_answer(call: Call) -> str:
    arguments = arguments_of(call)
    return write_literal(arguments[0] if len(arguments) == 1 else arguments)
