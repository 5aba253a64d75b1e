"""Small Python functions whose description leaves one constant open, which only a failing test tells."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from random import Random
from typing import Annotated, Literal

from pydantic import Field

from astor.data.calls import arguments_of
from astor.data.drawing import Drawing, arguments, describe
from astor.data.grammar import Chain, Family, render
from astor.data.procedural import LICENCE, RAISED, call, load
from astor.data.source import Source
from astor.data.splits import SplitOptions
from astor.data.structure import structural_hash
from astor.data.turns import PASSED, correction, fenced
from astor.options import Options
from astor.records import Call, Conversation, Function, Item, Message, Split
from astor.storage import digest_json

OPEN = "some"
"""What stands in a description for the constant that it leaves open."""
SHOWN = 2
"""First calls, of which a wrong program of a demonstration fails one: fewer than any task shows."""


class UnderspecifiedOptions(Options):
    """What is generated; all values are our choice."""

    type: Literal["underspecified"] = "underspecified"
    seed: int = 0
    """Item i depends on this, on i and on the other options alone."""
    families: tuple[Family, ...] = Field(default=("arithmetic", "lists"), min_length=1)
    """Parts of the grammar, those that a policy of under a million parameters can learn."""
    depths: dict[Annotated[int, Field(ge=1, le=6)], Annotated[float, Field(gt=0)]] = Field(
        default={1: 3.0, 2: 5.0}, min_length=1
    )
    """Operations in a function → how often, relative to the others."""
    open_share: float = Field(default=0.7, ge=0, le=1)
    """Share of functions whose last constant is left open, in [0, 1]: `add some`. The other descriptions say all, so
    that a policy must learn when to believe the description and when a test."""
    calls: int = Field(default=14, ge=3, le=20)
    """Calls with distinct arguments per function."""


class UnderspecifiedSource(Source):
    """Functions of one argument, as the procedural source draws them.

    Which constant is open is a matter of the function; functions that differ in that constant alone have the same
    structural hash, so that no split tells which constants another one has. For the warm start each function yields
    a conversation too, in which one or two programs with other constants were corrected.
    """

    options_type = UnderspecifiedOptions
    endless = True
    trusted = True
    options: UnderspecifiedOptions

    def __init__(self, options: UnderspecifiedOptions, splits: SplitOptions) -> None:
        super().__init__(options, splits)
        self.drawing = Drawing(options.families)
        self.prefix = f"underspecified-{digest_json(options.model_dump(mode='json'))[:6]}"

    def items(self) -> Iterator[Item]:
        for index in count():
            yield from self.items_of(index)

    def items_of(self, index: int) -> list[Item]:
        """The function number `index`, and in the warm-start split a conversation about it."""
        rng = Random(f"{self.options.seed}/{index}")
        while (drawn := self._function(rng)) is None:
            pass
        function, chain, place = drawn
        item = Item(
            id=f"{self.prefix}-{index}",
            content=function,
            source="underspecified",
            licence=LICENCE,
            structural_hash=structural_hash(render(with_constant(chain, place, "0"))),
            difficulty=len(chain),
        )
        if self.split_of(item) is not Split.WARM_START:
            return [item]
        begun = self._conversation(function, chain, place, rng)
        return [item, *([item.model_copy(update={"id": f"{item.id}/begun", "content": begun})] if begun else [])]

    def _function(self, rng: Random) -> tuple[Function, Chain, int] | None:
        """A function, its steps, and the one whose constant may be open; None where the draw gave no useful one."""
        depth = rng.choices(list(self.options.depths), list(self.options.depths.values()))[0]
        chain = self.drawing.chain(depth, rng)
        places = [place for place, step in enumerate(chain) if step.constant]
        if not places:
            return None
        place, source = places[-1], render(chain)
        function = load(source)
        calls: list[Call] = []
        for argument in arguments(chain[0].operation.takes, rng):
            if (result := call(function, argument)) is not RAISED and len(calls) < self.options.calls:
                calls.append(Call(arguments=f"({argument!r},)", returns=repr(result)))
        if len(calls) < self.options.calls or len({call.returns for call in calls[:SHOWN]}) < 2:
            return None
        is_open = rng.random() < self.options.open_share
        content = Function(
            entry="f",
            source=source,
            description=describe(with_constant(chain, place, OPEN) if is_open else chain, rng),
            calls=tuple(calls),
            argument_type=chain[0].operation.takes,
            result_type=chain[-1].operation.gives,
        )
        return content, chain, place

    def _conversation(self, function: Function, chain: Chain, place: int, rng: Random) -> Conversation | None:
        """One or two different wrong programs and their corrections, now and then the right one, which passed; None
        where no other constant fails one of the first calls."""
        constants = chain[place].operation.constants
        others = [render(with_constant(chain, place, constant)) for constant in constants]
        wrong = [(program, failed) for program in others if (failed := first_failure(program, function.calls[:SHOWN]))]
        said = [
            (program, correction(function.entry, *failed))
            for program, failed in rng.sample(wrong, min(len(wrong), rng.choice((1, 1, 2))))
        ]
        if rng.random() < 0.2:
            said.append((function.source, PASSED))
        if not said:
            return None
        return Conversation(
            problem=function,
            said=tuple(
                message
                for program, feedback in said
                for message in (
                    Message(role="assistant", content=fenced(program)),
                    Message(role="user", content=feedback),
                )
            ),
        )


def with_constant(chain: Chain, place: int, constant: str) -> Chain:
    """The chain with another constant in the step at `place`."""
    return (*chain[:place], replace(chain[place], constant=constant), *chain[place + 1 :])


def first_failure(source: str, calls: tuple[Call, ...]) -> tuple[Call, str] | None:
    """The first call that the function answers otherwise, and what it answers; None where there is none.

    Only for code that this package wrote.
    """
    function = load(source)
    for made in calls:
        (argument,) = arguments_of(made)
        if (result := call(function, argument)) is not RAISED and repr(result) != made.returns:
            return made, repr(result)
    return None
