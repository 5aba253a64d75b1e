"""evaluate: verdicts on held-out or promotion prompts → scores with per-item results."""

from astor.evaluation.score import score_verdicts
from astor.records import PolicyCard, read_json
from astor.steps.progress import report_progress
from astor.steps.run import Run
from astor.storage import load


def evaluate(run: Run, verdicts: str, policy: str, split: str) -> str:
    """Commit the scores of what `verify` committed, sampled and greedy, and return their reference.

    Args:
        verdicts: on the policy's completions of the split.
        policy: the artifact of the policy that is scored.
    """
    uri = f"{verdicts.rpartition('#')[0].rpartition('/')[0]}/scores"
    made_from = {"verdicts": verdicts}
    if reference := run.done(uri, made_from):
        return reference
    card = read_json(load(policy.rpartition("#")[0]).part("policy") / "policy.json", PolicyCard)
    scores, items = score_verdicts(run.read(verdicts, "verdicts"), card.digest, split, card.round)
    greedy, _ = score_verdicts(run.read(verdicts, "greedy_verdicts"), card.digest, split, card.round)
    report_progress(f"evaluate {split}, round {card.round}", 1, 1, f"score {scores.value('all', 'mean'):.3f}")
    return run.commit(uri, made_from, scores=scores, items=items, greedy_scores=greedy)
