"""The first policy of a run is found again by what it is made from, never by where that lies."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from astor.policies.options import TinyOptions
from astor.policies.policy import save_policy
from astor.policies.tiny import make_policy
from astor.records import Demonstration, Message
from astor.run.run import Run
from astor.steps.initialise import initialise
from astor.storage import ArtifactRef

Miniature = Callable[..., Run]
ANY = ArtifactRef("nowhere", "0123")


def write_model(directory: Path, seed: int) -> None:
    options = TinyOptions(hidden_size=32, layers=1, heads=2, mlp_size=32, vocabulary=200, context=64)
    shutil.rmtree(directory, ignore_errors=True)
    save_policy(make_policy(["def f(x):\n    return x"], options, seed), directory, "r")


def test_another_model_at_the_same_path_is_another_policy(miniature: Miniature, tmp_path: Path) -> None:
    run = miniature(policy={"type": "huggingface", "path": str(tmp_path / "hf")})
    write_model(tmp_path / "hf", seed=0)
    first = initialise(run, ANY)
    write_model(tmp_path / "hf", seed=1)
    second = initialise(run, ANY)
    assert first.digest != second.digest
    write_model(tmp_path / "hf", seed=0)
    assert initialise(run, ANY) == first


def test_the_same_model_at_another_path_is_found_again(
    miniature: Miniature, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_model(tmp_path / "hf", seed=0)
    first = initialise(miniature(policy={"type": "huggingface", "path": str(tmp_path / "hf")}), ANY)
    (tmp_path / "hf").rename(tmp_path / "moved")
    monkeypatch.chdir(tmp_path)
    assert initialise(miniature(policy={"type": "huggingface", "path": "moved"}), ANY) == first


def test_a_policy_that_is_talked_with_otherwise_is_another_one(miniature: Miniature, tmp_path: Path) -> None:
    write_model(tmp_path / "hf", seed=0)
    policy = {"type": "huggingface", "path": str(tmp_path / "hf")}
    plain = initialise(miniature(policy=policy), ANY)
    run = miniature(policy={**policy, "chat": {"system": "return x"}})
    told = initialise(run, ANY)
    assert told.digest != plain.digest
    assert run.services.policies.chat(told).options.system == "return x"


def test_a_moved_store_keeps_its_warm_start(miniature: Miniature, tmp_path: Path) -> None:
    run = miniature(**{"policy.warm_start.steps": 2})
    messages = (Message(role="user", content="write f"),)
    said = [Demonstration(task="code_generation", messages=messages, answer="return 1")] * 40
    prompts = run.artifacts.commit(f"{run.places.root}/cache/prompts/a", {}, demonstrations=said)
    first = initialise(run, prompts)
    (tmp_path / "store").rename(tmp_path / "moved")
    moved = Run(str(tmp_path / "moved"), run.recipe)
    (tmp_path / "moved" / "cache" / "prompts" / "a").rename(tmp_path / "moved" / "cache" / "prompts" / "b")
    again = initialise(moved, moved.artifacts.committed(f"{moved.places.root}/cache/prompts/b"))
    assert again.digest == first.digest
    assert len(list((tmp_path / "moved" / "cache" / "policies").iterdir())) == 1
