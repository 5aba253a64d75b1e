"""rollout: a policy answers every prompt of a batch several times."""

from collections.abc import Callable

from astor.records import Batch, Completion, prompts_by_id
from astor.rollout.measure import answer
from astor.run.artifacts import Inputs
from astor.run.hand_overs import noted
from astor.run.progress import EVALUATION, evaluation_stage, report_progress
from astor.run.run import Run
from astor.storage import ArtifactRef, PolicyRef


def rollout(run: Run, prompts: ArtifactRef, batch: ArtifactRef, policy: PolicyRef, part: str = "batch") -> ArtifactRef:
    """Commit the completions of a batch and return their ref.

    Args:
        prompts: what `prepare` committed.
        batch: the artifact that holds the batch: what `plan`, `redraw` or the round before's `score` committed.
        policy: the policy that is asked.
        part: `batch` for a training round; `held_out` or `promotion` for an evaluation.

    A batch that asks for greedy rollouts gets them as a part of their own, `greedy_completions`.
    """
    wanted: Batch = run.artifacts.read(batch, part)
    if part == "batch":
        uri = run.places.draw(wanted.round, wanted.draw, "rollout")
    else:
        uri = run.places.evaluation(part, policy.digest, "rollout")
    made_from: Inputs = {"prompts": prompts, "batch": batch, "policy": policy}
    if done := run.artifacts.done(uri, made_from):
        return done
    known = run.artifacts.read(prompts, "prompts", prompts_by_id)
    kept = run.places.in_flight(uri) if policy.artifact else None
    sampler = run.services.policies.sampler(policy, kept)

    def answered(batch: Batch) -> list[Completion]:
        return answer(sampler, run.tasks, lambda: run.services.sandbox, known, batch)

    def tell(done: int, what: str) -> None:
        if wanted.greedy:
            report_progress(evaluation_stage(uri), done, EVALUATION, what)

    with noted(sampler.engine, run.artifacts):
        parts = completions_of(wanted, answered, tell)
    committed = run.artifacts.commit(uri, made_from, **parts)
    if kept is not None:
        kept.unlink(missing_ok=True)
    return committed


def completions_of(
    wanted: Batch, answered: Callable[[Batch], list[Completion]], tell: Callable[[int, str], None]
) -> dict[str, list[Completion]]:
    """The parts that answers to a batch are committed as: sampled, and greedy where it asks for them.

    `tell` is told how many of an evaluation's parts are done, and which is next.
    """
    tell(0, "sampled answers")
    parts = {"completions": answered(wanted)}
    if wanted.greedy:
        tell(1, "greedy answers")
        rows = tuple(row.model_copy(update={"rollouts": 1}) for row in wanted.rows)
        once = wanted.model_copy(update={"temperature": 0.0, "top_p": 1.0, "rows": rows})
        parts["greedy_completions"] = answered(once)
    return parts
