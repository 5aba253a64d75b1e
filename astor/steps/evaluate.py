"""evaluate: verdicts on held-out or promotion prompts → scores with per-item results."""

from astor.evaluation.score import score_verdicts
from astor.run.progress import EVALUATION, evaluation_stage, report_progress
from astor.run.run import Run
from astor.storage import ArtifactRef, PolicyRef


def evaluate(run: Run, verdicts: ArtifactRef, policy: PolicyRef, split: str) -> ArtifactRef:
    """Commit the scores of what `verify` committed, sampled and greedy, beside it, and return their ref.

    Args:
        verdicts: on the policy's completions of the split.
        policy: the policy that is scored.
    """
    uri = verdicts.sibling("scores")
    made_from = {"verdicts": verdicts}
    if done := run.artifacts.done(uri, made_from):
        return done
    who = (policy.digest, split, policy.updates)
    scores, items = score_verdicts(run.artifacts.read(verdicts, "verdicts"), *who)
    greedy, _ = score_verdicts(run.artifacts.read(verdicts, "greedy_verdicts"), *who)
    note = f"score {scores.value('all', 'mean'):.3f} after {policy.updates} rounds"
    report_progress(evaluation_stage(uri), EVALUATION, EVALUATION, note)
    return run.artifacts.commit(uri, made_from, scores=scores, items=items, greedy_scores=greedy)
