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

    The last segment evaluates and registers it, too, for it has what that takes in memory: `finish` finds it done.

    `previous` is the segment before's policy: the chain that makes KFP run segments one after the other.
    """
    from astor.components.task import open_run, policy_in, ref
    from astor.loop import Start, finish, train
    from astor.run.checkpoints import rounds_of

    with open_run(recipe) as run:
        until = min(number * run.recipe.rounds_per_segment, run.recipe.rounds)
        start = Start(ref(prompts), ref(references), policy_in(reference_policy), ref(plan))
        trained = train(run, start, until)
        if until == run.recipe.rounds:
            finish(run, start, trained)
        until = min(until, rounds_of(run))
        scalars.log_metric("rounds", until)
        scored = run.artifacts.committed(run.places.at("rounds", until - 1, "score"))
        for task, statistics in run.artifacts.read(scored, "state").tasks.items():
            scalars.log_metric(f"{task}.score", statistics.score)
            scalars.log_metric(f"{task}.quota", statistics.quota)
        return str(trained.committed)
