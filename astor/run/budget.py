"""How much of its budget a run has spent, and how many rounds that makes."""

from astor.records import State
from astor.run.checkpoints import checkpoints
from astor.run.run import Run
from astor.storage import ArtifactRef


def is_spent(run: Run, scored: ArtifactRef) -> bool:
    """Whether no further round fits into the budget after the one that `scored` is of."""
    state: State = run.artifacts.read(scored, "state")
    tokens, prompts = spent(run, state)
    return run.recipe.budget.ends(state.round, tokens, prompts)


def spent(run: Run, state: State) -> tuple[int, int]:
    """Tokens and prompts that were rolled out in training before the state's round."""
    return state.counters.get("tokens", 0), state.counters.get("rollouts", 0) // run.recipe.batch.rollouts


def rounds_of(run: Run) -> int:
    """Rounds that the run has at its end: those of its recipe, or fewer where its budget has ended it."""
    last = max(checkpoints(run), default=0)
    if not run.recipe.budget.is_set or not 0 < last < run.recipe.rounds:
        return run.recipe.rounds
    scored = run.artifacts.find(run.places.at("rounds", last - 1, "score"))
    return last if scored and is_spent(run, scored) else run.recipe.rounds
