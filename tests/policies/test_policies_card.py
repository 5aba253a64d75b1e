"""A policy's card and chat tell who it is and how it talks, without its weights and without torch."""

import subprocess
import sys
from pathlib import Path

import pytest

from astor.errors import UserError
from astor.policies.card import CARD, find_card, policy_directory, policy_ref
from astor.policies.chat import load_chat
from astor.policies.policy import Policy, save_policy
from astor.records import Message, PolicyCard
from astor.storage import ArtifactRef, Attempt


def commit(policy: Policy, uri: str) -> ArtifactRef:
    with Attempt(uri) as attempt:
        save_policy(policy, attempt.part("policy", "Policy/1"), recipe_digest="r")
        return attempt.commit().ref


def test_card_and_chat_need_no_weights(policy: Policy, tmp_path: Path) -> None:
    save_policy(policy, tmp_path, recipe_digest="r")
    (tmp_path / "model.safetensors").unlink()
    assert find_card(tmp_path) == policy.card
    ask = [Message(role="user", content="f(3) == ?")]
    chat = load_chat(tmp_path)
    assert chat.encode(ask) == policy.chat.encode(ask)
    assert (chat.stop_tokens, chat.context) == (policy.chat.stop_tokens, policy.chat.context)


def test_card_and_chat_import_no_torch() -> None:
    program = "import sys, astor.policies.card, astor.policies.chat; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_which_policy_an_artifact_holds_is_told_without_fetching_weights(
    policy: Policy, s3_prefix: str, tmp_path: Path
) -> None:
    ref = commit(policy, f"{s3_prefix}/policy")
    assert policy_ref(ref).digest == policy.ref.digest
    assert policy_ref(ref).artifact == ref
    fetched = {path.name for path in (tmp_path / "cache").rglob("*") if path.is_file()}
    assert CARD in fetched
    assert "model.safetensors" not in fetched


def test_a_card_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / CARD).write_text('{"digest": "d", "parent": null}')
    with pytest.raises(UserError, match=r"policy.json is no card of a policy of this version"):
        find_card(tmp_path)


def test_a_card_tells_the_policys_descent() -> None:
    first = PolicyCard(digest="d0", origin="d0", round=0, recipe_digest="r")
    second = first.updated("r").updated("r")
    assert (second.lineage, second.digest, second.parents) == ("d0+2", "d0+2", ("d0",))
    committed = second.model_copy(update={"digest": "d2"})
    assert committed.updated("r").parents == ("d2",)
    assert (first.is_committed, second.is_committed, committed.is_committed) == (True, False, True)


def test_what_a_runs_result_names_as_its_policy_is_one(tmp_path: Path) -> None:
    with Attempt(str(tmp_path / "models" / "1234")) as attempt:
        attempt.part("policy", "Policy/1").joinpath("config.json").write_text("{}")
        part = attempt.commit().part("policy")
    assert policy_directory(f"{tmp_path}/models/1234") == policy_directory(str(part)) == part
