"""The four components of a round, and those that evaluate."""

from typing import NamedTuple

from kfp import dsl

from astor.components.image import IMAGE


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def rollout(recipe: str, prompts: str, batch: str, policy: str, part: str = "batch") -> str:
    """A policy answers every prompt of a batch several times; nothing is done of rounds that the run has behind it."""
    from astor.components.task import open_run, policy_in, ref
    from astor.run.checkpoints import passed
    from astor.run.draws import rolled_out_before
    from astor.steps.rollout import rollout

    with open_run(recipe) as run:
        if part == "batch":
            round = run.artifacts.read(ref(batch), "batch").round
            if passed(run, round):
                return ""
            if before := rolled_out_before(run, round):
                return str(before)
        return str(rollout(run, ref(prompts), ref(batch), policy_in(policy), part))


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def verify(recipe: str, references: str, completions: str) -> str:
    """Completions and references → verdicts; what is hostile runs in the sandbox. None of no completions."""
    from astor.components.task import open_run, ref
    from astor.steps.verify import verify

    with open_run(recipe) as run:
        if not completions:
            return ""
        return str(verify(run, ref(references), ref(completions)))


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def score(
    recipe: str,
    prompts: str,
    planned: str,
    completions: str,
    verdicts: str,
    report: str,
    number: int,
    scalars: dsl.Output[dsl.Metrics],
) -> str:
    """Utility scoring: the next state, this round's groups, the next batch."""
    from astor.components.task import open_run, ref
    from astor.run.checkpoints import passed
    from astor.run.draws import Draw
    from astor.steps.score import score

    with open_run(recipe) as run:
        if behind := passed(run, number - 1):
            scored = behind.scored
        else:
            drawn = Draw(ref(planned), ref(completions), ref(verdicts))
            scored = score(run, ref(prompts), [drawn], ref(report) if report else None)
        for task, statistics in run.artifacts.read(scored, "state").tasks.items():
            for name in ("score", "quota", "utility", "kl_coefficient"):
                scalars.log_metric(f"{task}.{name}", float(getattr(statistics, name)))
        return str(scored)


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def update(
    recipe: str,
    policy: str,
    reference_policy: str,
    planned: str,
    completions: str,
    verdicts: str,
    scored: str,
    number: int,
    train_job: str = "",
) -> NamedTuple("Updated", policy=str, report=str):  # type: ignore[valid-type]  # the form that KFP reads
    """The KL-calibrated training step, in this process or in a TrainJob; checkpoints that nobody needs any more are
    removed after it."""
    from astor.components.task import open_run, policy_in, ref
    from astor.run.checkpoints import passed
    from astor.run.draws import Draw
    from astor.steps.prune import prune
    from astor.steps.update import update
    from astor.steps.update_on_nodes import update_on_nodes

    with open_run(recipe) as run:
        if behind := passed(run, number - 1):
            return str(behind.policy.committed), str(behind.report)
        drawn = Draw(ref(planned), ref(completions), ref(verdicts))
        given = policy_in(policy), policy_in(reference_policy), [drawn], ref(scored)
        updated = update_on_nodes(run, train_job, *given) if train_job else update(run, *given)
        prune(run)
        return str(updated.policy.committed), str(updated.report)


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def evaluate(recipe: str, verdicts: str, policy: str, split: str, scalars: dsl.Output[dsl.Metrics]) -> str:
    """Verdicts on held-out or promotion prompts → scores."""
    from astor.components.task import open_run, policy_in, ref
    from astor.steps.evaluate import evaluate

    with open_run(recipe) as run:
        scores = evaluate(run, ref(verdicts), policy_in(policy), split)
        for entry in run.artifacts.read(scores, "scores").scores:
            if entry.metric == "score":
                scalars.log_metric(f"{entry.task}.score", entry.value)
        return str(scores)


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def evaluate_turns(recipe: str, prompts: str, references: str, first_policy: str, last_policy: str) -> str:
    """Both policies over turns on held-out problems, where the recipe has any; the last one's trajectories."""
    from astor.components.task import open_run, policy_in, ref
    from astor.steps.evaluate_turns import evaluate_turns

    with open_run(recipe) as run:
        first, last = policy_in(first_policy), policy_in(last_policy)
        for one in (first, last):
            measured = evaluate_turns(run, ref(prompts), ref(references), one, first)
        return str(measured or "")
