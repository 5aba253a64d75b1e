"""Several rounds in one task: the loop of `astor.loop`, up to a round."""

from kfp import dsl

from astor.components.image import IMAGE


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def segment(
    recipe: str,
    prompts: str,
    references: str,
    reference_policy: str,
    plan: str,
    previous: str,
    number: int,
    scalars: dsl.Output[dsl.Metrics],
) -> str:
    """Rounds from the last checkpoint to the end of segment `number`; the policy at its end.

    `previous` is the segment before's policy: the chain that makes KFP run segments one after the other.
    """
    from astor.loop import Start, train
    from astor.steps.run import Run

    with Run.open(recipe) as run:
        until = min(number * run.recipe.rounds_per_segment, run.recipe.rounds)
        policy = train(run, Start(prompts, references, reference_policy, plan), until)
        scalars.log_metric("rounds", until)
        for task, statistics in run.read(run.committed("rounds", until - 1, "score"), "state").tasks.items():
            scalars.log_metric(f"{task}.score", statistics.score)
            scalars.log_metric(f"{task}.quota", statistics.quota)
        return policy
