"""Of a run's checkpoints those stay that somebody may still need."""

from collections.abc import Callable, Mapping

import pytest

from astor.records import Champion, Score, Scores
from astor.run.checkpoints import checkpoints
from astor.run.run import Run
from astor.steps.prune import prune
from astor.storage import PolicyRef

ANYTHING = Champion(policy=PolicyRef("d", "d"))
Miniature = Callable[..., Run]


def begin(run: Run, rounds: int, means: Mapping[int, float]) -> None:
    """Checkpoints after each of the first rounds, and what some of them scored on held-out prompts."""
    for round in range(1, rounds + 1):
        run.artifacts.commit(run.places.at("rounds", round, "checkpoint"), {}, champion=ANYTHING)
    for round, mean in means.items():
        score = Score(task="all", metric="mean", value=mean, low=0.0, high=1.0, count=4)
        scores = Scores(policy_digest=f"d{round}", split="held_out", round=round, scores=(score,))
        run.artifacts.commit(run.places.evaluation("held_out", f"d{round}", "scores"), {}, scores=scores)


@pytest.mark.parametrize(
    ("means", "every", "kept"),
    [
        ({}, 0, [5, 6]),
        ({0: 0.9, 2: 0.5, 4: 0.4}, 2, [2, 5, 6]),
        ({2: 0.5, 3: 0.5, 4: 0.5}, 1, [1, 2, 5, 6]),
        ({2: 0.1, 4: 0.1, 6: 0.5}, 2, [5, 6]),
        ({2: 0.5}, 2, [2, 4, 5, 6]),
        ({2: 0.5, 3: 0.9, 4: 0.4}, 2, [2, 5, 6]),
    ],
    ids=[
        "the last two",
        "the best measured",
        "the earlier of equals",
        "the best may be the last",
        "what is due",
        "an end of fewer rounds is none",
    ],
)
def test_these_stay(miniature: Miniature, means: Mapping[int, float], every: int, kept: list[int]) -> None:
    run = miniature(**{"evaluation.every": every, "checkpoint_every": 1})
    begin(run, 6, means)
    prune(run)
    assert checkpoints(run) == kept
    prune(run)
    assert checkpoints(run) == kept, "once is enough"
