"""What a recipe may ask of DeepSpeed; none of it needs DeepSpeed."""

import importlib.util
from pathlib import Path

import pytest
import torch
from pydantic import ValidationError

from astor.errors import UserError
from astor.policies.ranks import Ranks
from astor.storage import PolicyRef
from astor.training.catalogue import update_engine_options
from astor.training.deepspeed_options import DeepSpeedOptions
from astor.training.engine import ReferencePolicy
from astor.training.engines.deepspeed import gpus, processes
from astor.training.engines.torchrun import environment


def options(**changes: object) -> DeepSpeedOptions:
    return DeepSpeedOptions.model_validate({"type": "deepspeed", **changes})


def test_it_stands_in_the_catalogue_with_the_options_of_torch() -> None:
    engines = update_engine_options()
    assert engines["deepspeed"] is DeepSpeedOptions
    own = {"stage", "precision", "processes"}
    assert DeepSpeedOptions.model_fields.keys() == engines["torch"].model_fields.keys() | own


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"stage": 4}, "Input should be 1, 2 or 3"),
        ({"processes": 0}, "greater than or equal to 1"),
        ({"reference": "offloaded", "precision": "fp32"}, "set precision: bf16, or reference: shared"),
    ],
)
def test_what_it_cannot_do_is_refused(wrong: dict, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        options(**wrong)


@pytest.mark.parametrize(
    ("asked", "gpus", "cpus", "found"), [(None, 8, 2, 8), (4, 8, 2, 4), (None, 0, 2, 2), (3, 0, 1, 3)]
)
def test_there_is_a_process_on_each_gpu_or_as_many_as_the_recipe_has(
    asked: int | None, gpus: int, cpus: int, found: int
) -> None:
    assert processes(options(processes=asked), gpus, cpus) == found


def test_a_process_is_on_each_gpu_that_another_process_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 3)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "4,5,6")
    ranks = Ranks(1, threads=1)
    assert (gpus(ranks), environment(1, ranks.cards)["CUDA_VISIBLE_DEVICES"]) == (3, "4,5,6")
    ranks.cards = ["4", "5"]
    assert (gpus(ranks), environment(1, ranks.cards)["CUDA_VISIBLE_DEVICES"]) == (2, "4,5")


def test_more_processes_than_gpus_are_refused() -> None:
    with pytest.raises(UserError, match="is 4, and there are 2 GPUs for the update: set it to 2 at most"):
        processes(options(processes=4), gpus=2, cpus=1)


def test_without_deepspeed_one_is_told_how_to_install_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    held_to = ReferencePolicy(ref=PolicyRef("", ""), directory=lambda: tmp_path, weights=lambda: None)
    with pytest.raises(UserError, match=r"not installed: pip install 'astor-rl\[deepspeed\]'"):
        options().make(tmp_path, held_to, None, Ranks(1, threads=1))
