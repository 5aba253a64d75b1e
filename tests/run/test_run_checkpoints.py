"""A chain of steps hands on what lies behind the checkpoint that it goes on from, and does nothing of it again."""

from collections.abc import Callable
from pathlib import Path

import pytest

from astor.policies.card import write_card
from astor.records import Champion, PolicyCard
from astor.run.checkpoints import passed, reached, require_within_reach
from astor.run.run import Run
from astor.storage import PolicyRef, lineage

Miniature = Callable[..., Run]


def commit_round(run: Run, round: int) -> None:
    """What a round leaves for good, and its checkpoint; what they hold is of no interest here."""
    for step in ("score", "update"):
        run.artifacts.commit(run.places.at("rounds", round, step), {}, champion=Champion(policy=PolicyRef("d", "d")))

    def write(directory: Path) -> None:
        card = PolicyCard(digest=f"after {round + 1}", origin="first", round=round + 1, recipe_digest="r")
        write_card(directory, card)

    run.artifacts.commit(run.places.at("rounds", round + 1, "checkpoint"), {}, policy=write)


@pytest.fixture
def run(miniature: Miniature) -> Run:
    """A run of four rounds that has three of them behind it."""
    run = miniature()
    for round in range(3):
        commit_round(run, round)
    run.places.remove("rounds", 1, "checkpoint")
    return run


def test_a_round_that_is_behind_hands_on_the_last_checkpoint(run: Run) -> None:
    for round in range(3):
        behind = passed(run, round)
        assert behind.scored == run.artifacts.committed(run.places.at("rounds", round, "score"))
        assert behind.report == run.artifacts.committed(run.places.at("rounds", round, "update"))
        assert behind.policy.lineage == lineage("first", 3)
        assert behind.policy.committed.uri == run.places.at("rounds", 3, "checkpoint")
    assert passed(run, 3) is None


def test_a_damaged_checkpoint_is_not_gone_on_from(run: Run) -> None:
    Path(run.places.at("rounds", 3, "checkpoint"), "manifest.json").write_text("{}")
    assert passed(run, 1).policy.lineage == lineage("first", 2)
    assert passed(run, 2) is None


def test_a_shorter_run_goes_as_far_as_it_is_long(run: Run, miniature: Miniature) -> None:
    shorter = miniature(rounds=2)
    assert shorter.places.uri == run.places.uri
    assert (reached(shorter), passed(shorter, 0).policy.lineage) == (3, lineage("first", 2))
    require_within_reach(shorter)
    assert passed(miniature(rounds=1), 0) is None
