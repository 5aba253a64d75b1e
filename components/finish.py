"""The components after the last round."""

from kfp import dsl

from astor.components.image import IMAGE


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def promote(
    recipe: str,
    prompts: str,
    policy: str,
    before: str,
    after: str,
    champion: str,
    challenger: str,
    scalars: dsl.Output[dsl.Metrics],
    card: dsl.Output[dsl.Markdown],
    report: dsl.Output[dsl.HTML],
) -> str:
    """The gate: registers the policy, sets its alias, writes card and report.

    Args:
        before: scores of the reference policy on held-out prompts.
        after: scores of `policy` on held-out prompts.
        champion: scores of the champion on promotion prompts.
        challenger: scores of `policy` on promotion prompts.
    """
    from pathlib import Path

    from astor.steps.promote import promote
    from astor.steps.result import show
    from astor.steps.run import Run

    with Run.open(recipe) as run:
        promoted = promote(run, prompts, policy, before, after, champion, challenger)
        for name, value in show(run, promoted, Path(card.path), Path(report.path)).items():
            scalars.log_metric(name, value)
        return promoted


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
    """Evaluate the policy and the champion, then the gate, all in one task."""
    from pathlib import Path

    from astor.loop import Start, finish
    from astor.steps.result import show
    from astor.steps.run import Run

    with Run.open(recipe) as run:
        promoted = finish(run, Start(prompts, references, reference_policy, plan), policy)
        for name, value in show(run, promoted, Path(card.path), Path(report.path)).items():
            scalars.log_metric(name, value)
        return promoted
