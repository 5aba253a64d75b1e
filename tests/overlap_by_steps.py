"""Rounds with overlap as the tasks of a pipeline of granularity `step`, called in this process."""

from collections.abc import Callable

from astor.components import round as tasks
from astor.loop import Start
from astor.run.run import Run
from astor.storage import committed


class Scalars:
    """The metrics of a task, which nobody looks at."""

    def log_metric(self, name: str, value: float) -> None:
        """As KFP's."""


def by_steps(run: Run, start: Start, rollout_first: bool, stop: Callable[[int, str], bool] = lambda *_: False) -> None:
    """The tasks of the compiled chain, up to the first for whose round and name `stop` says so. `rollout_first`: of
    the two that do not wait for one another."""
    recipe = str(committed(run.places.at("recipe")).ref)
    prompts, references, first, planned = (
        str(each) for each in (start.prompts, start.references, start.policy.committed, start.plan)
    )

    def sample(planned: str, policy: str) -> tuple[str, str]:
        completions = tasks.rollout.python_func(recipe=recipe, prompts=prompts, batch=planned, policy=policy)
        return completions, tasks.verify.python_func(recipe=recipe, references=references, completions=completions)

    policy, report = first, ""
    drawn = sample(planned, first)
    for number in range(1, run.recipe.rounds + 1):
        shared = {"recipe": recipe, "planned": planned, "number": number}
        shared |= dict(zip(("completions", "verdicts"), drawn, strict=True))
        planned = tasks.score.python_func(prompts=prompts, report=report, scalars=Scalars(), **shared)
        before = policy
        for name in ("rollout", "update") if rollout_first else ("update", "rollout"):
            if stop(number, name):
                return
            if name == "update":
                updated = tasks.update.python_func(policy=before, reference_policy=first, scored=planned, **shared)
                policy, report = updated
            elif number < run.recipe.rounds:
                drawn = sample(planned, before)
