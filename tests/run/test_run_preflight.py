"""A run that could not come to its end does not begin."""

import json
import socket
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from astor.errors import UserError
from astor.policies.options import TinyOptions
from astor.policies.policy import save_policy
from astor.policies.tiny import make_policy
from astor.recipe.load import load_recipe
from astor.run.preflight import preflight
from astor.run.run import Run

Miniature = Callable[..., Run]


def test_the_miniature_is_ready_and_nothing_was_written(miniature: Miniature, tmp_path: Path) -> None:
    assert preflight(miniature(), writes=False) is None, "nothing is prepared yet"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        (
            {"data.sources": [{"type": "mbpp", "path": "mbpp.jsonl"}]},
            r"There is nothing at mbpp.jsonl, which data.sources.0.path names",
        ),
        (
            {"policy": {"type": "huggingface", "path": "model"}},
            "There is no model at model, which policy.path names",
        ),
        ({"data.prompts.demonstrations": {}}, "There are no demonstrations to start from"),
        ({"tasks.unit_tests.max_tokens": 512}, r"tasks.unit_tests.max_tokens is 512, and .* is 512 tokens"),
        ({"data.prompts.train": 1}, r"there are 4 to train on: lower batch.prompts to 4"),
    ],
)
def test_what_would_end_it_later_is_told_at_once(miniature: Miniature, overrides: dict[str, Any], told: str) -> None:
    with pytest.raises(UserError, match=told):
        preflight(miniature(**overrides), writes=False)


def test_an_mlflow_that_is_not_there_is_told_at_once(miniature: Miniature) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        uri = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(UserError, match=f"MLflow at {uri} cannot be used"):
        preflight(miniature(**{"tracking.uri": uri}), writes=False)


def test_a_remote_store_needs_a_place_for_mlflow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    with pytest.raises(UserError, match=r"MLflow has no place: set tracking.uri or MLFLOW_TRACKING_URI"):
        preflight(Run("s3://bucket/prefix", load_recipe("miniature")), writes=False)


def test_mlflows_file_must_have_a_place(miniature: Miniature, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match=r"MLflow's file .*/file/mlflow.db cannot be written"):
        preflight(miniature(**{"tracking.uri": f"sqlite:///{tmp_path}/file/mlflow.db"}), writes=False)


def test_the_context_of_a_hugging_face_policy_counts(miniature: Miniature, tmp_path: Path) -> None:
    model = tmp_path / "model"
    model.mkdir()
    header = json.dumps({"weight": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}}).encode()
    (model / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + bytes(24))
    config = {"hidden_size": 2, "num_attention_heads": 1, "num_hidden_layers": 1, "vocab_size": 3}
    (model / "config.json").write_text(json.dumps(config | {"max_position_embeddings": 20}))
    with pytest.raises(UserError, match=r"tasks.unit_tests.max_tokens is 24, and .* is 20 tokens"):
        preflight(miniature(policy={"type": "huggingface", "path": str(model)}), writes=False)


@pytest.mark.parametrize(
    ("lacks", "chat", "told"),
    [
        ("chat_template.jinja", None, "has no chat template"),
        ("tokenizer.json", None, "has no tokenizer"),
        ("", {"chat_template": {"enable_thinking": False}}, "chat template has no enable_thinking"),
        ("", {"stop_tokens": ["<|im_end|>"]}, "is no token of the policy"),
    ],
)
def test_how_a_policy_is_talked_with_is_tried_before_anything_is_spent(
    miniature: Miniature, tmp_path: Path, lacks: str, chat: dict[str, Any] | None, told: str
) -> None:
    model = tmp_path / "model"
    save_policy(make_policy(["def f(x):"], TinyOptions(hidden_size=32, layers=1, heads=2), 0), model, "r")
    (model / lacks).unlink() if lacks else None
    with pytest.raises(UserError, match=told):
        preflight(miniature(policy={"type": "huggingface", "path": str(model), "chat": chat}), writes=False)


def test_what_no_memory_holds_is_told_and_what_may_not_fit_is_warned_of(
    miniature: Miniature, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("astor.run.preflight.has_gpu", lambda: False)
    monkeypatch.setattr("astor.run.preflight.memory_limit", lambda: 400_000)
    with pytest.raises(UserError, match=r"An update keeps 0.7 MB of weights, .* has 0.4 MB of memory"):
        preflight(miniature(), writes=False)
    monkeypatch.setattr("astor.run.preflight.memory_limit", lambda: 500_000_000)
    preflight(miniature(), writes=False)
    assert "The run may need 856.6 MB of memory, and there are 500.0 MB" in capsys.readouterr().err


def test_a_gpu_that_is_too_small_is_told(miniature: Miniature, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("astor.run.preflight.gpu_memories", lambda: [400_000, 80 * 10**9])
    with pytest.raises(UserError, match=r"An update keeps 0.8 MB of weights, .* on a GPU, which has 0.4 MB: .*larger"):
        preflight(miniature(), writes=False)


def test_what_no_disk_holds_is_told(miniature: Miniature, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("astor.run.preflight.free_disk", lambda place: 10**6)
    with pytest.raises(UserError, match=f"take 1.4 MB, and 1.0 MB are free in {tmp_path}/store: make room"):
        preflight(miniature(), writes=False)
