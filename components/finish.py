"""The components after the last round."""

from typing import NamedTuple

from kfp import dsl

from astor.components.image import IMAGE


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def choose(recipe: str, last: str) -> NamedTuple("Chosen", policy=str, scores=str):  # type: ignore[valid-type]  # the form that KFP reads
    """The run's candidate, of its evaluated checkpoints and the last policy, and its scores on held-out prompts."""
    from astor.components.task import open_run, policy_in
    from astor.run.candidate import candidate, held_out_scores_of

    with open_run(recipe) as run:
        chosen = candidate(run, policy_in(last))
        return str(chosen.committed), str(held_out_scores_of(run, chosen))


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def promote(
    recipe: str,
    prompts: str,
    policy: str,
    before: str,
    after: str,
    candidate: str,
    champion: str,
    challenger: str,
    turns: str,
    scalars: dsl.Output[dsl.Metrics],
    card: dsl.Output[dsl.Markdown],
    report: dsl.Output[dsl.HTML],
) -> str:
    """The gate: registers the policy, sets its alias, writes card and report; checkpoints left over are removed.

    Args:
        policy: the run's candidate.
        before: scores of the reference policy on held-out prompts.
        after: scores of the last policy on held-out prompts.
        candidate: scores of the candidate on held-out prompts.
        champion: scores of the champion on promotion prompts.
        challenger: scores of the candidate on promotion prompts.
        turns: the last policy's trajectories over turns, which the report shows; empty where there are none.
    """
    from pathlib import Path

    from astor.components.task import open_run, policy_in, ref
    from astor.run.result import show
    from astor.steps.promote import promote
    from astor.steps.prune import prune

    with open_run(recipe) as run:
        scores = (ref(each) for each in (before, after, candidate, champion, challenger))
        promoted = promote(run, ref(prompts), policy_in(policy), *scores)
        prune(run)
        for name, value in show(run, promoted, Path(card.path), Path(report.path)).items():
            scalars.log_metric(name, value)
        return str(promoted)


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def finish(
    recipe: str,
    prompts: str,
    references: str,
    reference_policy: str,
    plan: str,
    policy: str,
    scalars: dsl.Output[dsl.Metrics],
    card: dsl.Output[dsl.Markdown],
    report: dsl.Output[dsl.HTML],
) -> str:
    """Evaluate the last policy, the run's candidate and the champion, then the gate, all in one task."""
    from pathlib import Path

    from astor.components.task import open_run, policy_in, ref
    from astor.loop import Start, finish
    from astor.run.result import show

    with open_run(recipe) as run:
        start = Start(ref(prompts), ref(references), policy_in(reference_policy), ref(plan))
        promoted = finish(run, start, policy_in(policy))
        for name, value in show(run, promoted, Path(card.path), Path(report.path)).items():
            scalars.log_metric(name, value)
        return str(promoted)
