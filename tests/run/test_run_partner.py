"""A second process samples where cores or cards are enough for both."""

import pickle
from pathlib import Path

import pytest

from astor.recipe.load import load_recipe
from astor.recipe.recipe import Recipe
from astor.run.machine import cards
from astor.run.partner import cards_beside
from astor.storage import DamagedError


def recipe(**overrides: int) -> Recipe:
    return load_recipe("miniature", {"staleness": 1, "training.loss.importance_cap": 2, **overrides})


@pytest.mark.parametrize(
    ("cores", "processes", "cards", "beside"),
    [
        (2, 1, [], ""),
        (1, 1, [], None),
        (3, 2, [], None),
        (4, 2, [], ""),
        (16, 1, ["0"], None),
        (1, 1, ["2", "5"], "5"),
    ],
)
def test_the_second_process_has_its_own_cores_or_card(
    monkeypatch: pytest.MonkeyPatch, cores: int, processes: int, cards: list[str], beside: str | None
) -> None:
    monkeypatch.setattr("astor.run.partner.cores", lambda: cores)
    monkeypatch.setattr("astor.run.partner.cards", lambda: cards)
    assert cards_beside(recipe(processes=processes)) == beside


def test_servers_leave_cores_and_cards_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("astor.run.partner.cores", lambda: 1)
    asked = recipe()
    monkeypatch.setattr(type(asked.rollout), "on_servers", True)
    assert cards_beside(asked) == ""


def test_cards_are_those_that_the_process_may_use(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("nvidia0", "nvidia1", "nvidiactl"):
        (tmp_path / name).touch()
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert cards(tmp_path) == ["0", "1"]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    assert cards(tmp_path) == ["1"]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert cards(tmp_path) == []


def test_damage_comes_whole_from_another_process() -> None:
    error = pickle.loads(pickle.dumps(DamagedError("a/place", "it is gone")))
    assert (type(error), error.uri, error.reason) == (DamagedError, "a/place", "it is gone")
