"""What fell from one policy to another is named, and whether by more than its interval."""

from astor.evaluation.changes import falls, paired_changes
from astor.evaluation.score import score_verdicts
from astor.records import Outcome, Verdict


def evaluated(passed, parts=None):
    """Scores and items of one answer to each prompt, 1 for True."""
    verdicts = [
        Verdict(
            prompt_id=f"p{i}", rollout=0, task="code", outcome=Outcome.PASSED if right else Outcome.FAILED,
            score=float(right), parts=parts or {},
        )
        for i, right in enumerate(passed)
    ]  # fmt: skip
    return score_verdicts(verdicts, "digest", "held_out", 0)


def fallen(before, after):
    (first, items_before), (last, items_after) = before, after
    return {fall.metric: fall for fall in falls(first, last, paired_changes(items_before, items_after))}


def test_a_score_that_rose_or_stayed_is_no_fall():
    assert fallen(evaluated([False] * 20), evaluated([True] * 20)) == {}
    assert fallen(evaluated([True, False] * 20), evaluated([True, False] * 20)) == {}


def test_a_score_that_fell_within_its_interval_is_told_as_such():
    found = fallen(evaluated([True] * 3 + [False] * 117), evaluated([False] * 120))
    assert not found["score"].beyond
    assert (found["score"].before, found["score"].after) == (0.025, 0.0)
    assert set(found) == {"score"}, "metrics are told only where they fell beyond"


def test_pairing_shows_a_fall_that_two_intervals_apart_would_hide():
    found = fallen(evaluated([True] * 60 + [False] * 60), evaluated([True] * 52 + [False] * 68))
    assert found["score"].beyond
    assert found["pass@1"].beyond


def test_a_metric_that_nothing_has_any_more_fell_to_0():
    found = fallen(evaluated([False] * 30, {"killed": 0.5}), evaluated([False] * 30))
    assert (found["killed"].after, found["killed"].beyond) == (0.0, True)


def test_more_malformed_answers_are_worse():
    worse = [Verdict(prompt_id=f"p{i}", rollout=0, task="code", outcome=Outcome.MALFORMED, score=0) for i in range(20)]
    found = fallen(evaluated([False] * 20), score_verdicts(worse, "digest", "held_out", 0))
    assert found["malformed"].beyond
    assert fallen(score_verdicts(worse, "digest", "held_out", 0), evaluated([False] * 20)) == {}
