"""Small Python functions and their changes, without end and from a seed."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import count
from random import Random
from typing import Annotated, Any, Literal

from pydantic import Field

from astor.data.drawing import Drawing, arguments, describe
from astor.data.drawn import drawn_by
from astor.data.edits import draw_commit
from astor.data.grammar import Chain, Family, render
from astor.data.mutation import TOTAL, mutate
from astor.data.source import Source
from astor.data.splits import SplitOptions
from astor.data.structure import structural_hash
from astor.options import Options
from astor.records import Call, Commit, Function, Item
from astor.storage import digest_json

LICENCE = "CC0-1.0"
RAISED = object()
"""What a call is worth that raised: equal to no result."""


class ProceduralOptions(Options):
    """What is generated. The defaults are the quickstart's grammar."""

    type: Literal["procedural"] = "procedural"
    name: str = Field(default="procedural", min_length=1)
    """What its items call their source: tasks can choose among sources by it. It changes no item."""
    seed: int = 0
    """Item i depends on this, on i and on the other options alone."""
    families: tuple[Family, ...] = Field(default=("arithmetic", "lists"), min_length=1)
    """Parts of the grammar. Arithmetic and lists are what a policy of under a million parameters can learn."""
    depths: dict[Annotated[int, Field(ge=1, le=6)], Annotated[float, Field(gt=0)]] = Field(
        default={1: 4.0, 2: 5.0}, min_length=1
    )
    """Operations in a function, 1 to 6 → how often, relative to the others. The default makes two of three
    warm-start items easy when the warm start gets all of depth 1 and 40 % of depth 2."""
    commit_share: float = Field(default=0.3, ge=0, le=1)
    """Share of items that are commits, in [0, 1]; the others are functions. Our choice."""
    calls: int = Field(default=12, ge=2, le=20)
    """Calls with distinct arguments per function. Our choice: 8 tests and 4 more that no reward runs."""
    mutants: int = Field(default=5, ge=0)
    """Most mutants per function, all told apart from it by its first 8 calls. Our choice: each is one program to run
    per prompt of the unit-test task."""


class ProceduralSource(Source):
    """Functions of one argument that chain a few operations, and commits that change one operation.

    Nothing generated here loops forever or costs much, with mutants counted in: loops run over short ranges and lists.
    """

    options_type = ProceduralOptions
    endless = True
    trusted = True
    options: ProceduralOptions

    def __init__(self, options: ProceduralOptions, splits: SplitOptions) -> None:
        super().__init__(options, splits)
        self.drawing = Drawing(options.families)
        self.prefix = f"procedural-{digest_json(options.model_dump(mode='json', exclude={'name'}))[:6]}"

    def items(self) -> Iterator[Item]:
        """Item 0, item 1, and so on without end."""
        return map(self.item, count())

    def items_by(self, processes: int) -> Iterator[Item]:
        return drawn_by(processes, self.item) if processes > 1 else self.items()

    def item(self, index: int) -> Item:
        """Item `index`, 0 or more."""
        rng = Random(f"{self.options.seed}/{index}")
        draw = self._commit if rng.random() < self.options.commit_share else self._function
        while (drawn := draw(rng)) is None:
            pass
        content, chain = drawn
        return Item(
            id=f"{self.prefix}-{index}",
            content=content,
            source=self.options.name,
            licence=LICENCE,
            structural_hash=structural_hash(render(chain)),
            difficulty=len(chain),
        )

    def _chain(self, rng: Random) -> Chain:
        depths = self.options.depths
        return self.drawing.chain(rng.choices(list(depths), list(depths.values()))[0], rng)

    def _function(self, rng: Random) -> tuple[Function, Chain] | None:
        """A function that gives at least two different results; None where the draw gave no such one."""
        chain = self._chain(rng)
        source = render(chain)
        calls = self._calls(source, chain, rng)
        if len(calls) < self.options.calls or len({repr(result) for _, result in calls[:8]}) < 2:
            return None
        function = Function(
            entry="f",
            source=source,
            description=describe(chain, rng),
            calls=tuple(Call(arguments=f"({argument!r},)", returns=repr(result)) for argument, result in calls),
            mutants=self._mutants(source, calls[:8], rng),
            argument_type=chain[0].operation.takes,
            result_type=chain[-1].operation.gives,
        )
        return function, chain

    def _calls(self, source: str, chain: Chain, rng: Random) -> list[tuple[Any, Any]]:
        function, calls = load(source), []
        for argument in arguments(chain[0].operation.takes, rng):
            if (result := call(function, argument)) is not RAISED:
                calls.append((argument, result))
                if len(calls) == self.options.calls:
                    break
        return calls

    def _mutants(self, source: str, calls: Sequence[tuple[Any, Any]], rng: Random) -> tuple[str, ...]:
        candidates = mutate(source, TOTAL)
        found: list[str] = []
        for mutant in rng.sample(candidates, len(candidates)):
            if len(found) == self.options.mutants:
                break
            function = load(mutant)
            results = [call(function, argument) for argument, _ in calls]
            raised = all(result is RAISED for result in results)
            if not raised and any(repr(a) != repr(b) for a, (_, b) in zip(results, calls, strict=True)):
                found.append(mutant)
        return tuple(found)

    def _commit(self, rng: Random) -> tuple[Commit, Chain] | None:
        """A commit whose two functions belong to the same split: that of the shallower one, which names the item's."""
        base = self._chain(rng)
        split = self.splits.split(structural_hash(render(base)), len(base))

        def allowed(source: str, depth: int) -> bool:
            return self.splits.split(structural_hash(source), depth) == split

        commit = draw_commit(base, self.drawing, rng, allowed)
        return None if commit is None else (commit, base)


@lru_cache(maxsize=1 << 14)
def load(source: str) -> Callable[[Any], Any]:
    """The function `f` of source that this module wrote."""
    scope: dict[str, Any] = {}
    exec(source, scope)
    function: Callable[[Any], Any] = scope["f"]
    return function


def call(function: Callable[[Any], Any], argument: Any) -> Any:
    """What the call returns, or `RAISED`."""
    try:
        return function(argument)
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return RAISED
