"""evaluate_suite: a policy answers a suite's prompts, block by block, and is scored."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from astor.errors import UserError
from astor.evaluation.score import DRAWS, score_verdicts
from astor.explain import nearest
from astor.recipe.suite import Bench, Suite
from astor.records import (
    Batch,
    BatchRow,
    Completion,
    Outcome,
    Prompt,
    Scores,
    Verdict,
    prompts_by_id,
    references_by_prompt,
)
from astor.rollout.fitting import answer_fitting
from astor.run.artifacts import Inputs
from astor.run.progress import report_progress
from astor.run.run import Run
from astor.run.suite import Asked, evaluation_place
from astor.steps.rollout import completions_of
from astor.steps.verify import verdicts_on
from astor.storage import ArtifactRef, PolicyRef, digest_json


def evaluate_suite(run: Run, suite: Suite, bench: Bench, asked: Asked, policy: PolicyRef) -> ArtifactRef:
    """Commit the scores of a policy on a suite, sampled and greedy, with every prompt's results, and return their ref.

    Answers, and then verdicts, are committed by blocks of prompts: whatever stands is not asked again.

    Raises:
        UserError: the engine fails, or every verdict of a task is an infrastructure error.
    """
    place = evaluation_place(run, suite, bench, asked, policy)
    uri = "-".join([f"{place}/scores", *map(str, suite.pass_at)])
    made_from: Inputs = {**asked._asdict(), "policy": policy}
    if done := run.artifacts.done(uri, made_from):
        return done
    prompts: list[Prompt] = run.artifacts.read(asked.prompts, "prompts")
    stage = f"{suite.name} {policy.digest[:6]}"
    parts: dict[str, list[Verdict]] = {"verdicts": [], "greedy_verdicts": []}
    report_progress(stage, 0, len(prompts))
    for number, block in enumerate(_blocks(prompts, bench.block)):
        where = f"{place}/{number:05d}"
        completions = _answers(run, suite, asked, policy, block, where)
        verdicts = _verdicts(run, asked, completions, f"{where}/verify")
        for name, verdicts_so_far in parts.items():
            verdicts_so_far += run.artifacts.read(verdicts, name)
        report_progress(stage, min((number + 1) * bench.block, len(prompts)), len(prompts), _note(parts["verdicts"]))
    who, draws = (policy.digest, suite.name, policy.updates), suite.pass_at or DRAWS
    scores, items = score_verdicts(parts["verdicts"], *who, draws)
    greedy_scores, greedy_items = score_verdicts(parts["greedy_verdicts"], *who, draws)
    _require_measures(suite, scores)
    return run.artifacts.commit(
        uri, made_from, scores=scores, items=items, greedy_scores=greedy_scores, greedy_items=greedy_items
    )


def _answers(
    run: Run, suite: Suite, asked: Asked, policy: PolicyRef, prompts: Sequence[Prompt], where: str
) -> ArtifactRef:
    wanted = Batch(
        round=0,
        policy_digest=None,
        seed=suite.seed,
        temperature=suite.temperature,
        top_p=suite.top_p,
        greedy=True,
        rows=tuple(
            BatchRow(prompt_id=prompt.id, task=prompt.task, rollouts=suite.samples, max_tokens=prompt.max_tokens)
            for prompt in prompts
        ),
    )
    uri = f"{where}/rollout"
    batch = digest_json(wanted.model_dump(mode="json"))
    made_from: Inputs = {"prompts": asked.prompts, "batch": batch, "policy": policy}
    if done := run.artifacts.done(uri, made_from):
        return done
    known: Mapping[str, Prompt] = run.artifacts.read(asked.prompts, "prompts", prompts_by_id)
    kept = None if run.places.is_remote else Path(f"{where}/in-flight.jsonl")
    sampler = run.services.policies.sampler(policy, kept)

    def answered(batch: Batch) -> list[Completion]:
        return answer_fitting(sampler, run.tasks, lambda: run.services.sandbox, known, batch)

    committed = run.artifacts.commit(uri, made_from, **completions_of(wanted, answered, lambda done, what: None))
    if kept is not None:
        kept.unlink(missing_ok=True)
    return committed


def _verdicts(run: Run, asked: Asked, completions: ArtifactRef, uri: str) -> ArtifactRef:
    made_from: Inputs = {"references": asked.references, "completions": completions}
    if done := run.artifacts.done(uri, made_from):
        return done
    known = run.artifacts.read(asked.references, "references", references_by_prompt)
    answers = (run.artifacts.read(completions, part) for part in ("completions", "greedy_completions"))
    return run.artifacts.commit(uri, made_from, **verdicts_on(run, known, *answers))


def _blocks(prompts: Sequence[Prompt], size: int) -> Iterator[Sequence[Prompt]]:
    return (prompts[start : start + size] for start in range(0, len(prompts), size))


def _note(verdicts: Sequence[Verdict]) -> str:
    scores = [verdict.score for verdict in verdicts if verdict.score is not None]
    return f"score {sum(scores) / len(scores):.3f} so far" if scores else ""


def _require_measures(suite: Suite, scores: Scores) -> None:
    """UserError where the suite names what answers that are right have not."""
    measured = {score.metric for score in scores.scores}
    if not any(of_task.get(Outcome.PASSED) for of_task in scores.outcomes.values()):
        return
    if unknown := [name for name in suite.measures if name not in measured and not name.startswith("pass@")]:
        raise UserError(
            f"The suite {suite.name} names {unknown[0]} in measures, which its tasks do not measure: "
            f"{nearest(unknown[0], sorted(measured), 'known are')}."
        )
