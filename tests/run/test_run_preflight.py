"""A run that could not come to its end does not begin."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from astor.errors import UserError
from astor.run.preflight import preflight
from astor.run.run import Run

Miniature = Callable[..., Run]


def test_the_miniature_is_ready_and_nothing_was_written(miniature: Miniature, tmp_path: Path) -> None:
    preflight(miniature())
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
        ({"tasks.unit_tests.max_tokens": 512}, r"tasks.unit_tests.max_tokens is 512, and .* 512 tokens, together"),
        ({"data.prompts.train": 1}, r"there are at most 4 to train on: lower batch.prompts to 4"),
    ],
)
def test_what_would_end_it_later_is_told_at_once(miniature: Miniature, overrides: dict[str, Any], told: str) -> None:
    with pytest.raises(UserError, match=told):
        preflight(miniature(**overrides))


def test_an_mlflow_that_is_not_there_is_told_at_once(miniature: Miniature) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        uri = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(UserError, match=f"MLflow at {uri} cannot be used"):
        preflight(miniature(**{"tracking.uri": uri}))
