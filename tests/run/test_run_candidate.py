"""The gate sees the best checkpoint that was evaluated, however a run came to its rounds."""

from collections.abc import Callable, Mapping

import pytest

from astor.errors import UserError
from astor.policies.card import write_card
from astor.records import PolicyCard, Score, Scores
from astor.run.candidate import candidate, candidates
from astor.run.run import Run
from astor.steps.prune import prune
from astor.storage import PolicyRef

Miniature = Callable[..., Run]


def commit_checkpoint(run: Run, round: int) -> PolicyRef:
    """What `update` leaves of a round before `round`, as far as choosing reads it."""
    card = PolicyCard(digest=f"d{round}", origin="first", round=round, recipe_digest="r")
    place = run.places.at("rounds", round, "checkpoint")
    kept = run.artifacts.commit(place, {}, policy=lambda directory: write_card(directory, card))
    return PolicyRef(card.digest, card.lineage, kept)


def evaluate(run: Run, round: int, mean: float) -> None:
    score = Score(task="all", metric="mean", value=mean, low=0.0, high=1.0, count=4)
    scores = Scores(policy_digest=f"d{round}", split="held_out", round=round, scores=(score,))
    run.artifacts.commit(run.places.evaluation("held_out", f"d{round}", "scores"), {}, scores=scores)


def train(run: Run, rounds: range, means: Mapping[int, float]) -> PolicyRef:
    """Rounds as the loop does them: each checkpoint is pruned after, and evaluated where that is due or the last."""
    every, policy = run.recipe.evaluation.every, PolicyRef("first", "first")
    for round in rounds:
        policy = commit_checkpoint(run, round)
        prune(run)
        if (every and round % every == 0) or round == rounds[-1]:
            evaluate(run, round, means[round])
    prune(run)
    return policy


@pytest.mark.parametrize(
    ("every", "means", "chosen"),
    [
        (0, {1: 0.9, 6: 0.1}, 6),
        (2, {2: 0.5, 4: 0.7, 6: 0.6}, 4),
        (2, {2: 0.5, 4: 0.5, 6: 0.5}, 2),
        (2, {2: 0.5, 4: 0.4, 6: 0.6}, 6),
        (4, {4: 0.5, 6: 0.5}, 4),
    ],
    ids=[
        "only the last is measured",
        "the best",
        "the earlier of equals",
        "the last may be it",
        "the last off schedule",
    ],
)
def test_the_best_evaluated_checkpoint_is_the_candidate(
    miniature: Miniature, every: int, means: Mapping[int, float], chosen: int
) -> None:
    run = miniature(**{"rounds": 6, "evaluation.every": every, "checkpoint_every": 1})
    last = train(run, range(1, 7), means)
    assert candidate(run, last).digest == f"d{chosen}"
    assert candidate(run, last).committed.uri == run.places.at("rounds", chosen, "checkpoint")


def test_more_rounds_come_to_the_same_candidate_as_all_at_once(miniature: Miniature) -> None:
    options = {"evaluation.every": 3, "checkpoint_every": 1}
    means = {3: 0.6, 4: 0.9, 6: 0.2, 8: 0.5}
    shorter = miniature(**options, rounds=4, name="longer")
    assert candidate(shorter, train(shorter, range(1, 5), means)).digest == "d4"
    longer = miniature(**options, rounds=8, name="longer")
    last = train(longer, range(5, 9), means)
    at_once = miniature(**options, rounds=8, name="once")
    found = [one.digest for one in candidates(longer, last)]
    assert found == ["d3", "d8"] == [one.digest for one in candidates(at_once, train(at_once, range(1, 9), means))]
    assert candidate(longer, last).digest == candidate(at_once, last).digest == "d3"


def test_a_policy_that_never_changed_is_its_own_candidate(miniature: Miniature) -> None:
    run = miniature(**{"rounds": 2, "evaluation.every": 0})
    evaluate(run, 0, 0.3)
    last = commit_checkpoint(run, 2)
    assert candidate(run, last) == last


def test_a_chain_that_ended_too_early_is_told(miniature: Miniature) -> None:
    with pytest.raises(UserError, match="chain ended after 2 of 3 rounds"):
        candidate(miniature(rounds=3), PolicyRef("d", "first+2"))
