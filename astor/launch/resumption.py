"""Going on with a run that was submitted before."""

from collections.abc import Callable, Mapping
from typing import Any

from astor.errors import UserError
from astor.launch.connection import Kfp
from astor.launch.submission import log, submit
from astor.launch.submitted import Submission


def resume(
    kfp: Kfp,
    found: Submission,
    overrides: Mapping[str, Any],
    version: str = "",
    say: Callable[[str], None] = log.warning,
) -> Submission:
    """Submit a run again, which goes on from its last commit.

    Args:
        overrides: dotted key → value of what may change while a run goes on, as `rounds` or `cluster`.
        version, say: as `submit` takes them.

    Raises:
        UserError: it still goes on, it would be another run with them, or a shorter one.
    """
    if found.is_live:
        raise UserError(f"The run {found.run_id} ({found.name}) still goes on: astor stop {found.run_id} ends it.")
    before, recipe = found.recipe, found.recipe_with(overrides)
    if recipe.identity != before.identity:
        raise UserError(
            f"{' and '.join(overrides)} would make another run of {found.name}: submit it by astor run --on cluster."
        )
    if recipe.rounds < before.rounds:
        raise UserError(
            f"rounds is {recipe.rounds}, and {found.name} was to have {before.rounds}: give as many or more."
        )
    return submit(kfp, recipe, found.parameters["store"], version, say)
