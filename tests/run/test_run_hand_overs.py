"""What bringing policies to servers took, beside what the rounds' rollouts committed."""

from collections.abc import Callable
from math import fsum

import pytest

from astor.evaluation.hand_overs import HandOvers
from astor.records import Scores, Split
from astor.run.hand_overs import all_evaluation_hand_overs, all_hand_overs
from astor.run.pruned import mark_pruned
from astor.run.run import Run
from astor.storage import find

URLS = {"type": "openai", "urls": ["http://gpu:8000"]}


def test_they_are_of_the_rounds_without_their_checkpoints_and_outlive_what_measured_them(
    miniature: Callable[..., Run],
) -> None:
    run = miniature(rollout=URLS)
    measured = {"hand_overs": 1, "hand_over_seconds": 2.0, "hand_over_bytes": 3_000_000}
    for round in (0, 1):
        for step in ("rollout", "verify", "update", "checkpoint"):
            if round and step == "rollout":
                run.artifacts.note(measured)
            run.artifacts.begin(0.0)
            run.artifacts.commit(run.places.at("rounds", round, step), {}, completions=[])
    took = {step: find(run.places.at("rounds", 1, step)).manifest.seconds for step in ("rollout", "verify", "update")}
    assert run.hand_overs(0)[:3] == (0, 0, 0)
    assert run.hand_overs(1) == HandOvers(1, 2, 3e6, fsum(took.values()))
    both = all_hand_overs(run.places, 2)
    assert both[:3] == (1, 2, 3e6)
    assert both.share == 2 / both.of_seconds
    gone = run.places.at("rounds", 1, "rollout")
    mark_pruned(run.places, [gone])
    assert all_hand_overs(run.places, 2) == both
    run.places.remove("rounds", 1, "rollout")
    assert all_hand_overs(run.places, 2) == both


def test_an_evaluations_are_told_with_those_over_turns_which_come_first(miniature: Callable[..., Run]) -> None:
    run = miniature(rollout=URLS)
    evaluated = [Scores(policy_digest=digest * 64, split=Split.HELD_OUT, round=0, scores=()) for digest in "ab"]
    of_gate = evaluated[1].model_copy(update={"split": Split.PROMOTION})
    for scores in (*evaluated, of_gate):
        for step in ("rollout", "verify", "scores"):
            run.artifacts.begin(0.0)
            run.artifacts.commit(run.places.evaluation(scores.split, scores.policy_digest, step), {}, completions=[])
    run.artifacts.note({"hand_overs": 1, "hand_over_seconds": 2.0, "hand_over_bytes": 3_000_000})
    run.artifacts.begin(0.0)
    run.artifacts.commit(run.places.turns("b" * 64), {}, trajectories=[])
    first, last, both = (run.evaluation_hand_overs(*scores) for scores in (evaluated[:1], evaluated[1:], evaluated))
    assert first[:3] == run.evaluation_hand_overs(of_gate)[:3] == (0, 0, 0)
    assert last[:3] == both[:3] == (1, 2, 3e6)
    assert both.of_seconds == pytest.approx(first.of_seconds + last.of_seconds)
    assert all_evaluation_hand_overs(run.places)[:3] == (1, 2, 3e6)


def test_of_a_policy_in_the_process_that_samples_there_are_none(miniature: Callable[..., Run]) -> None:
    assert miniature().hand_overs(0) is miniature().evaluation_hand_overs() is None
