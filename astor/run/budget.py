"""Whether a run ends before its rounds do: it has spent its budget, or learns nothing any more."""

from astor.records import State
from astor.run.run import Run
from astor.storage import ArtifactRef


def has_ended(run: Run, scored: ArtifactRef) -> bool:
    """Whether no further round follows the one that `scored` is of: it would not fit into the budget, or the last ones
    were idle."""
    state: State = run.artifacts.read(scored, "state")
    tokens, prompts = spent(run, state)
    return run.recipe.budget.ends(state.round, tokens, prompts) or is_idle(run, scored)


def is_idle(run: Run, scored: ArtifactRef) -> bool:
    """Whether the round that `scored` is of is the last of `idle_rounds` in which no prompt's rewards differed."""
    last: State = run.artifacts.read(scored, "state")
    idle = run.recipe.idle_rounds
    if idle is None or last.round < idle:
        return False
    rounds = range(last.round - idle, last.round - 1)
    before = (run.artifacts.committed(run.places.at("rounds", round, "score")) for round in rounds)
    states: list[State] = [last, *(run.artifacts.read(one, "state") for one in before)]
    return not any(of_task.informative for state in states for of_task in state.tasks.values())


def spent(run: Run, state: State) -> tuple[int, int]:
    """Tokens and prompts that were rolled out in training before the state's round."""
    return state.counters.get("tokens", 0), state.counters.get("rollouts", 0) // run.recipe.batch.rollouts
