"""A second process samples where cores or cards are enough for both."""

import os
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from astor.recipe.load import load_recipe
from astor.recipe.recipe import Recipe
from astor.run.machine import cards
from astor.run.partner import cards_beside
from astor.run.run import Run
from astor.storage import DamagedError

OVERLAP = {"staleness": 1, "training.loss.importance_cap": 2}


def recipe(**overrides: int) -> Recipe:
    return load_recipe("miniature", {**OVERLAP, **overrides})


@pytest.mark.parametrize(
    ("cores", "processes", "cards", "beside"),
    [
        (2, 1, [], ""),
        (1, 1, [], None),
        (3, 2, [], None),
        (4, 2, [], ""),
        (16, 1, ["0"], None),
        (1, 1, ["0", "1"], "1"),
        (1, 1, ["GPU-3f", "GPU-a0", "GPU-71"], "GPU-71"),
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


@pytest.mark.parametrize(
    ("named", "found"),
    [
        (None, ["0", "1", "2"]),
        ("1", ["1"]),
        ("2, 0", ["2", "0"]),
        ("", []),
        ("0,-1,1", ["0"]),
        ("5", []),
        ("GPU-3f,MIG-a0", ["GPU-3f", "MIG-a0"]),
    ],
)
def test_cards_are_those_that_the_process_may_use(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, named: str | None, found: list[str]
) -> None:
    """In a container that has the cards 3, 5 and 10 of its machine, which CUDA counts from 0."""
    for name in ("nvidia3", "nvidia5", "nvidia10", "nvidiactl", "nvidia-uvm"):
        (tmp_path / name).touch()
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if named is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", named)
    assert cards(tmp_path) == found


def test_there_are_no_cards_without_devices(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    assert cards(tmp_path) == []


def visible(run: Run) -> str:
    return os.environ["CUDA_VISIBLE_DEVICES"]


def test_the_second_process_has_the_last_card_and_the_update_the_others(
    monkeypatch: pytest.MonkeyPatch, miniature: Callable[..., Run]
) -> None:
    monkeypatch.setattr("astor.run.partner.cards", lambda: ["0", "1", "2"])
    with miniature(**OVERLAP) as run:
        run.resolve()
        assert run.services.partner is not None
        assert run.services.partner.call(visible) == "2"
        assert run.services.ranks.cards == ["0", "1"]


def test_a_gpu_is_computed_on_by_one_process(
    monkeypatch: pytest.MonkeyPatch, miniature: Callable[..., Run], caplog: pytest.LogCaptureFixture
) -> None:
    with miniature(processes=2) as run:
        assert run.services.ranks.size == 2
    monkeypatch.setattr("astor.run.services.cards", lambda: ["0"])
    with miniature(processes=2) as run:
        assert run.services.ranks.size == 2, "this torch computes on the CPU"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    with miniature(processes=2) as run:
        assert run.services.ranks.size == 1
        assert run.services.ranks is run.services.ranks
    assert caplog.text.count("processes: 2 is of CPUs") == 1


def test_damage_comes_whole_from_another_process() -> None:
    error = pickle.loads(pickle.dumps(DamagedError("a/place", "it is gone")))
    assert (type(error), error.uri, error.reason) == (DamagedError, "a/place", "it is gone")
