"""Random draws from the grammar: functions, their descriptions and arguments for them."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from astor.data.grammar import GUARDS, OPERATIONS, VARIABLES, Chain, Family, Operation, Step, Type

GUARD_PROBABILITY = 0.2
"""Chance of a guard on a step whose type stays the same, as in the quickstart's grammar."""
ATTEMPTS = 100
"""Draws before an endless stream of arguments is given up: functions that raise on most arguments are not used."""


class Drawing:
    """The part of the grammar that some families make up."""

    def __init__(self, families: Sequence[Family]) -> None:
        operations = [operation for operation in OPERATIONS if operation.family in families]
        self.by_type: dict[Type, list[Operation]] = {
            kind: [operation for operation in operations if operation.takes == kind] for kind in VARIABLES
        }
        self.weights = {kind: [operation.weight for operation in found] for kind, found in self.by_type.items()}
        self.types = [kind for kind, found in self.by_type.items() if found]

    def step(self, takes: Type, rng: Random) -> Step:
        """A step from a value of type `takes`."""
        operation = rng.choices(self.by_type[takes], self.weights[takes])[0]
        guarded = operation.takes == operation.gives and not operation.body and rng.random() < GUARD_PROBABILITY
        return Step(
            operation,
            rng.choice(operation.constants) if operation.constants else "",
            rng.choice(GUARDS[takes].constants) if guarded else "",
        )

    def chain(self, depth: int, rng: Random) -> Chain:
        """`depth` steps, each from what the one before gives."""
        while True:
            steps = [self.step(rng.choice(self.types), rng)]
            while len(steps) < depth and self.by_type[steps[-1].operation.gives]:
                steps.append(self.step(steps[-1].operation.gives, rng))
            if len(steps) == depth:
                return tuple(steps)


def describe_step(step: Step, rng: Random) -> str:
    """One of the step's wordings."""
    words = rng.choice(step.operation.wordings).replace("#", step.constant)
    if not step.guard:
        return words
    return f"{words} {rng.choice(GUARDS[step.operation.takes].wordings).replace('#', step.guard)}"


def describe(chain: Chain, rng: Random) -> str:
    """The steps' wordings in order: `reverse, then first item`."""
    return ", then ".join(describe_step(step, rng) for step in chain)


def arguments(kind: Type, rng: Random) -> Iterator[Any]:
    """Distinct arguments of one type, at most `ATTEMPTS`.

    Integers are 0 to 9 in random order and only then 10 to 19, so that tests beyond the tenth still differ.
    """
    if kind == "int":
        yield from rng.sample(range(10), 10)
        yield from rng.sample(range(10, 20), 10)
        return
    seen = set()
    for _ in range(ATTEMPTS):
        argument = _argument(kind, rng)
        if (key := repr(argument)) not in seen:
            seen.add(key)
            yield argument


def _argument(kind: Type, rng: Random) -> Any:
    match kind:
        case "list":
            return [rng.randrange(10) for _ in range(rng.randint(2, 3))]
        case "str":
            return "".join(rng.choice("abcde") for _ in range(rng.randint(2, 4)))
        case "dict":
            return {key: rng.randrange(10) for key in sorted(rng.sample(range(1, 6), rng.randint(2, 3)))}
    raise AssertionError(kind)
