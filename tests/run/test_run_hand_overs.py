"""What bringing policies to servers took, beside what the rounds' rollouts committed."""

from collections.abc import Callable
from math import fsum

from astor.evaluation.hand_overs import HandOvers
from astor.run.hand_overs import all_hand_overs
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


def test_of_a_policy_in_the_process_that_samples_there_are_none(miniature: Callable[..., Run]) -> None:
    assert miniature().hand_overs(0) is None
