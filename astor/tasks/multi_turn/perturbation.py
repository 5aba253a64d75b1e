"""Public tests made wrong on purpose: whether a policy solves the problem, or satisfies the tests that it is shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from astor.records import PublicTest


@dataclass(frozen=True)
class PerturbedTests:
    """A problem's public tests, some of them wrong."""

    tests: tuple[PublicTest, ...]
    perturbed: tuple[int, ...]
    """Indices of the two that are wrong."""
    true: tuple[PublicTest, ...]
    """The same tests in the same order, all of them right."""


def same_text(one: str, other: str) -> bool:
    """Whether two outputs agree, white space at the ends apart."""
    return one.strip() == other.strip()


def perturb(
    tests: Sequence[PublicTest], seed: int | str, same: Callable[[str, str], bool] = same_text
) -> PerturbedTests | None:
    """The tests with the expected outputs of two swapped; None where all expect the same, or fewer than two are there.

    The two are drawn by `seed` among tests whose expected outputs are not the `same`, and come first, so that feedback
    shows them first; the others follow as they are, in the order that was drawn (Cobalt's code). Hidden tests are not
    touched.
    """
    order = list(range(len(tests)))
    Random(seed).shuffle(order)
    different = [place for place in order if not same(tests[place].expected, tests[order[0]].expected)]
    if not different:
        return None
    first, second = order[0], different[0]
    true = tuple(tests[place] for place in (first, second, *(p for p in order if p not in (first, second))))
    swapped = (
        true[0].model_copy(update={"expected": true[1].expected}),
        true[1].model_copy(update={"expected": true[0].expected}),
    )
    return PerturbedTests((*swapped, *true[2:]), (0, 1), true)
