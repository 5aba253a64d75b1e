"""What is exported says, loaded by transformers and peft alone, what the policy says."""

import json
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from astor.errors import UserError
from astor.policies.adapted import adapt
from astor.policies.card import policy_directory, policy_ref
from astor.policies.export import export_policy
from astor.policies.logprobs import completion_logps
from astor.policies.lora import adapter_weights
from astor.policies.options import LoraOptions
from astor.policies.policy import Policy, load_policy, save_policy
from astor.storage import Attempt, PolicyRef

CARD = "---\nlibrary_name: transformers\n---\n\n# astor/3\n"
QUESTION, ANSWER = "f(3) == ?", "return max(x, 3)"


def commit(policy: Policy, place: Path) -> PolicyRef:
    with Attempt(str(place)) as attempt:
        save_policy(policy, attempt.part("policy", "Policy/1"), "")
        return policy_ref(attempt.commit().ref)


@pytest.fixture
def base(policy: Policy, tmp_path: Path) -> PolicyRef:
    return commit(policy, tmp_path / "store/cache/policies/base")


@pytest.fixture
def adapter(base: PolicyRef, tmp_path: Path) -> Path:
    """The directory of an adapter that changes what its base says."""
    adapted = load_policy(policy_directory(base.committed.uri))
    adapt(adapted, base, LoraOptions(rank=2, alpha=4))
    torch.manual_seed(1)
    with torch.no_grad():
        for weight in adapter_weights(adapted.model).values():
            weight.normal_(std=0.3)
    return policy_directory(commit(adapted, tmp_path / "store/runs/r/rounds/2/checkpoint").committed.uri)


def said(policy: Policy) -> torch.Tensor:
    """Log-probabilities of the answer's tokens."""
    prompt, answer = (policy.chat.tokenizer(text, add_special_tokens=False)["input_ids"] for text in (QUESTION, ANSWER))
    with torch.no_grad():
        return completion_logps(policy.model, [prompt], [[answer]], 1.0)[0]


def said_by_transformers(directory: Path) -> torch.Tensor:
    """The same by what transformers alone makes of a directory."""
    model, tokenizer = AutoModelForCausalLM.from_pretrained(directory), AutoTokenizer.from_pretrained(directory)
    prompt, answer = (tokenizer(text, add_special_tokens=False)["input_ids"] for text in (QUESTION, ANSWER))
    with torch.no_grad():
        logits = model(torch.tensor([prompt + answer])).logits.float().log_softmax(-1)[0]
    return torch.stack([logits[len(prompt) - 1 + at, token] for at, token in enumerate(answer)])


def test_a_whole_policy_is_loaded_as_it_is(base: PolicyRef, tmp_path: Path) -> None:
    source = policy_directory(base.committed.uri)
    assert export_policy(source, tmp_path / "out", CARD, merged=False) == ""
    assert (tmp_path / "out/README.md").read_text() == CARD
    wanted = said(load_policy(source))
    torch.testing.assert_close(said_by_transformers(tmp_path / "out"), wanted.flatten(), atol=1e-4, rtol=0)


def test_an_adapter_names_its_base_or_is_merged_into_it(adapter: Path, base: PolicyRef, tmp_path: Path) -> None:
    wanted = said(load_policy(adapter)).flatten()
    assert not torch.allclose(wanted, said(load_policy(policy_directory(base.committed.uri))).flatten(), atol=1e-2)
    named = export_policy(adapter, tmp_path / "alone", CARD, merged=False)
    config = json.loads((tmp_path / "alone/adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == named == str(policy_directory(base.committed.uri))
    assert not (tmp_path / "alone/model.safetensors").exists()
    torch.testing.assert_close(said_by_transformers(tmp_path / "alone"), wanted, atol=1e-4, rtol=0)

    assert export_policy(adapter, tmp_path / "merged", CARD, merged=True) == ""
    assert not (tmp_path / "merged/adapter_config.json").exists()
    torch.testing.assert_close(said_by_transformers(tmp_path / "merged"), wanted, atol=1e-4, rtol=0)


def test_nothing_is_overwritten_and_nothing_is_left_half(base: PolicyRef, adapter: Path, tmp_path: Path) -> None:
    source, there = policy_directory(base.committed.uri), tmp_path / "there"
    there.mkdir()
    export_policy(source, there, CARD, merged=False)
    with pytest.raises(UserError, match="there is not empty: name a new directory"):
        export_policy(source, there, "other", merged=False)
    assert (there / "README.md").read_text() == CARD
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="is a file"):
        export_policy(source, tmp_path / "file", CARD, merged=False)
    (tmp_path / "store/cache/policies/base").rename(tmp_path / "gone")
    with pytest.raises(UserError, match="which is no longer at"):
        export_policy(adapter, tmp_path / "new", CARD, merged=True)
    assert {path.name for path in tmp_path.iterdir()} == {"store", "there", "file", "gone"}
