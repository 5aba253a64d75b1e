"""Commits: two generated functions that differ in one step, their diff, and a message that says so."""

import difflib
from collections.abc import Callable
from random import Random

from astor.data.drawing import Drawing, describe_step
from astor.data.grammar import Chain, render
from astor.records import Commit

EDITS = ("change", "extend", "simplify")
ATTEMPTS = 200
"""Edits tried on one function before it is given up."""


def draw_commit(base: Chain, drawing: Drawing, rng: Random, allowed: Callable[[str, int], bool]) -> Commit | None:
    """A commit between `base` and a function that differs from it in one step.

    `base` is the shallower of the two, and the old one where both are equally deep: `change` replaces one of its
    steps, `extend` appends one, `simplify` takes an appended one away again. `allowed(source, depth)` says whether the
    other function may be used; edits are drawn until it does. None where no edit was found.
    """
    source = render(base)
    for _ in range(ATTEMPTS):
        kind = rng.choice(EDITS)
        if kind == "change":
            place = rng.randrange(len(base))
            old = base[place]
            new = drawing.step(old.operation.takes, rng)
            if new == old or new.operation.gives != old.operation.gives:
                continue
            other = (*base[:place], new, *base[place + 1 :])
            words = f"{describe_step(new, rng)} instead of {describe_step(old, rng)}"
        else:
            last = base[-1].operation.gives
            if not drawing.by_type[last]:
                continue
            step = drawing.step(last, rng)
            other = (*base, step)
            words = f"{'also' if kind == 'extend' else 'no longer'} {describe_step(step, rng)}"
        edited = render(other)
        if edited == source or not allowed(edited, len(other)):
            continue
        before, after = (edited, source) if kind == "simplify" else (source, edited)
        return Commit(diff=diff(before, after), message=f"{kind} f: {words}")
    return None


def diff(before: str, after: str) -> str:
    """A unified diff of the file `f.py`, with all of the function as context, without a newline at its end."""
    old, new = before.split("\n"), after.split("\n")
    return "\n".join(difflib.unified_diff(old, new, "a/f.py", "b/f.py", lineterm="", n=len(old)))
