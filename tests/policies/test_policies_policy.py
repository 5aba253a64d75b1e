"""A policy goes to disk and comes back the same, and directories that hold none are refused in words."""

import json
from pathlib import Path

import pytest
import torch

from astor.errors import UserError
from astor.policies.card import CARD
from astor.policies.policy import Policy, load_policy, save_policy
from astor.records import Message
from astor.storage import digest_directory

ASK = [Message(role="user", content="f(3) == ?")]


def save(policy: Policy, directory: Path) -> str:
    save_policy(policy, directory, recipe_digest="r")
    return policy.ref.digest


def test_saving_what_was_loaded_gives_the_same_digest(policy: Policy, tmp_path: Path) -> None:
    digest = save(policy, tmp_path / "a")
    loaded = load_policy(tmp_path / "a", device="cpu")
    assert loaded.card == policy.card
    assert loaded.card.digest == digest_directory(tmp_path / "a")
    assert save(loaded, tmp_path / "b") == digest


def test_a_loaded_policy_speaks_like_the_saved_one(policy: Policy, tmp_path: Path) -> None:
    save(policy, tmp_path)
    loaded = load_policy(tmp_path, device="cpu")
    tokens = policy.chat.encode(ASK)
    assert loaded.chat.encode(ASK) == tokens
    assert loaded.chat.stop_tokens == policy.chat.stop_tokens == {policy.chat.tokenizer.eos_token_id}
    with torch.no_grad():
        ours, theirs = (p.model(torch.tensor([tokens])).logits for p in (policy, loaded))
    assert torch.equal(ours, theirs)
    assert theirs.dtype == torch.float32


def test_an_answer_loses_its_stop_token_but_no_other(policy: Policy) -> None:
    answer = policy.chat.tokenizer.encode("max(x, 7)", add_special_tokens=False)
    stop = policy.chat.tokenizer.eos_token_id
    assert policy.chat.decode([*answer, stop]) == "max(x, 7)"
    assert policy.chat.decode(answer) == "max(x, 7)"
    assert policy.chat.decode([stop, *answer]) == "<|end|>max(x, 7)"
    assert policy.chat.decode([]) == ""


def test_any_chat_template_that_a_directory_brings_is_used(policy: Policy, tmp_path: Path) -> None:
    policy.chat.tokenizer.chat_template = "{{ messages[0]['content'] }}!"
    save(policy, tmp_path)
    loaded = load_policy(tmp_path, device="cpu")
    assert loaded.chat.tokenizer.decode(loaded.chat.encode(ASK)) == "f(3) == ?!"


def test_a_directory_without_a_card_is_a_policy_of_another_making(policy: Policy, tmp_path: Path) -> None:
    save(policy, tmp_path)
    (tmp_path / CARD).unlink()
    assert load_policy(tmp_path, device="cpu").card is None


@pytest.mark.parametrize(
    ("missing", "says"),
    [
        ("config.json", "no config.json"),
        ("tokenizer.json", "no tokenizer"),
        ("chat_template.jinja", "no chat template"),
        ("model.safetensors", "cannot read"),
    ],
)
def test_a_directory_that_lacks_something_is_refused(policy: Policy, tmp_path: Path, missing: str, says: str) -> None:
    save(policy, tmp_path)
    (tmp_path / missing).unlink()
    with pytest.raises(UserError, match=says):
        load_policy(tmp_path, device="cpu")


def test_a_missing_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nowhere"):
        load_policy(tmp_path / "nowhere")


def test_weights_in_pickles_are_not_read(policy: Policy, tmp_path: Path) -> None:
    save(policy, tmp_path)
    torch.save(policy.model.state_dict(), tmp_path / "pytorch_model.bin")
    (tmp_path / "model.safetensors").unlink()
    with pytest.raises(UserError, match="cannot read"):
        load_policy(tmp_path, device="cpu")


def test_code_in_the_directory_is_not_run(policy: Policy, tmp_path: Path) -> None:
    save(policy, tmp_path)
    (tmp_path / "own.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    config = json.loads((tmp_path / "config.json").read_text())
    config.update(model_type="own", auto_map={"AutoConfig": "own.Own", "AutoModelForCausalLM": "own.Own"})
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(UserError, match="cannot read"):
        load_policy(tmp_path, device="cpu")
    assert not (tmp_path / "ran").exists()
