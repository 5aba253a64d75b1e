"""Sizes told without loading: they are those of the models that are made."""

import json
from pathlib import Path

import pytest

from astor.errors import UserError
from astor.policies.options import TinyOptions
from astor.policies.policy import Policy, save_policy
from astor.policies.size import size_of_directory, size_of_tiny
from astor.policies.tiny import make_model, train_tokenizer


@pytest.mark.parametrize("heads", [{"heads": 2}, {"heads": 4, "key_value_heads": 2}])
def test_a_tiny_policy_has_the_size_that_was_told(tmp_path: Path, heads: dict[str, int]) -> None:
    options = TinyOptions(hidden_size=32, layers=2, mlp_size=48, vocabulary=160, context=64, **heads)
    tokenizer = train_tokenizer(["def f(x):\n    return x + x\n"] * 9, options)
    save_policy(Policy(make_model(tokenizer, options, 0), tokenizer), tmp_path, "")
    told = size_of_tiny(options.model_copy(update={"vocabulary": len(tokenizer)}))
    assert size_of_directory(tmp_path) == told
    assert told.keys == 2 * options.key_value_heads * 32 // options.heads


def test_a_directory_that_does_not_say_has_no_size(tmp_path: Path) -> None:
    assert size_of_directory(tmp_path) is None
    (tmp_path / "config.json").write_text(json.dumps({"n_embd": 8}))
    (tmp_path / "model.safetensors").write_bytes((2).to_bytes(8, "little") + b"{}")
    assert size_of_directory(tmp_path) is None


def test_weights_that_are_none_are_named(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"abc")
    with pytest.raises(UserError, match=f"The model in {tmp_path} cannot be read"):
        size_of_directory(tmp_path)
