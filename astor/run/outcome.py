"""What a finished run came to, in words, and how it stands in the registry now."""

from collections.abc import Iterator
from typing import NamedTuple

from astor.evaluation.alarms import tell_alarms
from astor.evaluation.changes import tell_falls
from astor.evaluation.history import Pair, few_prompts, why_unchanged
from astor.evaluation.intervals import FEW_PROMPTS
from astor.evaluation.score import ALL, find_score
from astor.records import GateDecision, Scores
from astor.run.alarms import alarms_of
from astor.run.candidate import held_out_means
from astor.run.history import greedy_pair, held_out_evaluations, promotion_prompts, rounds_so_far, sampled_pair
from astor.run.run import Run
from astor.storage import committed


class Row(NamedTuple):
    """One task, or the mean over tasks, in the table at the end."""

    task: str
    prompts: str
    before: str
    after: str


class Outcome:
    """A finished run, read back."""

    def __init__(self, run: Run) -> None:
        self._run = run
        made_from = committed(run.places.result).manifest.made_from
        evaluations = {scores.digest: scores for scores in held_out_evaluations(run)}
        before, after = (evaluations[made_from[name]] for name in ("before", "after"))
        self.sampled, self.greedy = sampled_pair(run, before, after), greedy_pair(run, before, after)
        self.decision: GateDecision = run.artifacts.read(run.artifacts.committed(run.places.result), "decision")

    def rows(self) -> list[Row]:
        """The table of sampled scores on held-out prompts, the mean over tasks last."""
        rows = [(task, "score", task) for task in self._run.tasks] + [(ALL, "mean", "mean")]
        before, after = self.sampled.before, self.sampled.after
        return [
            Row(name, str(find_score(before, *key).count), _with_interval(before, *key), _with_interval(after, *key))
            for *key, name in rows
        ]

    def remarks(self) -> Iterator[tuple[str, str]]:
        """Name and sentence of whatever should not be overlooked."""
        if few := few_prompts(self.sampled.before, promotion_prompts(self._run, self.decision)):
            told = ", ".join(f"{task} {count}" for task, count in few.items())
            yield "few", f"Below {FEW_PROMPTS} prompts scores say little: {told}; give more in data.prompts."
        if told := told_falls(self.sampled, self.greedy):
            yield "fell", told
        last, chosen = self.sampled.after.round, self.decision.challenger_round
        if chosen < last:
            means = held_out_means(self._run)
            yield (
                "candidate",
                f"The policy after {chosen} of {last} rounds, the best that was evaluated: its mean score is "
                f"{means[chosen]:.3f}, the last one's {means[last]:.3f}.",
            )
        yield "gate", f"{'Promoted' if self.decision.promoted else 'Not promoted'}. {self.decision.reason}"
        rounds, options = list(rounds_so_far(self._run)), self._run.recipe.alarms
        if told := tell_alarms(options, alarms_of(self._run, rounds)):
            yield "alarms", f"{told[0].upper()}{told[1:]}."
        if self.sampled.before.policy_digest == self.sampled.after.policy_digest:
            yield "policy", why_unchanged(self.sampled, [statistics for _, statistics, _ in rounds])


def told_falls(sampled: Pair, greedy: Pair) -> str:
    """What is worse on held-out prompts than it was, in one sentence; empty where nothing is."""
    found = tell_falls({"sampled": sampled.falls, "greedy": greedy.falls}, str)
    beyond, within = "; ".join(found["beyond"]), "; ".join(found["within"])
    sentences = (("Beyond its interval", beyond), ("Within its interval", within))
    return " ".join(f"{words}: {told}." for words, told in sentences if told)


def _with_interval(scores: Scores, task: str, metric: str) -> str:
    score = find_score(scores, task, metric)
    return f"{score.value:.3f} [{score.low:.3f}, {score.high:.3f}]"
