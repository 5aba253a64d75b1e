"""What a recipe says of how a policy is talked with: it is checked, kept beside the weights, and found there again."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from astor.errors import UserError
from astor.policies.chat import OPTIONS_FILE, load_chat
from astor.policies.chat_options import ChatOptions
from astor.policies.policy import Policy, load_policy, save_policy
from astor.policies.tiny import CHAT_TEMPLATE
from astor.records import Message
from astor.storage import digest_directory

ASK = Message(role="user", content="f(3) == ?")
SWITCHED = CHAT_TEMPLATE.replace(
    "'<|assistant|>' }}{% endif", "'<|assistant|>' }}{% if not enable_thinking %}{{ '-' }}{% endif %}{% endif"
)


def text(policy: Policy, *messages: Message) -> str:
    return policy.chat.tokenizer.decode(policy.chat.encode(messages))


def with_options(policy: Policy, **options: object) -> Policy:
    return Policy(policy.model, policy.chat.with_options(ChatOptions.model_validate(options)))


def test_options_of_the_template_reach_it(policy: Policy) -> None:
    policy.chat.tokenizer.chat_template = SWITCHED
    assert text(with_options(policy, chat_template={"enable_thinking": True}), ASK).endswith("<|assistant|>")
    assert text(with_options(policy, chat_template={"enable_thinking": False}), ASK).endswith("<|assistant|>-")


def test_an_option_that_the_template_does_not_name_is_refused(policy: Policy) -> None:
    with pytest.raises(UserError, match="has no enable_thinkin, which"):
        with_options(policy, chat_template={"enable_thinkin": False})
    with pytest.raises(ValidationError, match="messages, which astor sets itself"):
        ChatOptions(chat_template={"messages": "x"})


def test_a_system_prompt_stands_before_all_else(policy: Policy) -> None:
    rule = Message(role="system", content="x = 1")
    told = with_options(policy, system="max(x)")
    assert text(told, ASK) == "<|system|>max(x)<|user|>f(3) == ?<|assistant|>"
    assert text(told, rule, ASK) == "<|system|>max(x)\n\nx = 1<|user|>f(3) == ?<|assistant|>"
    assert text(told, ASK, Message(role="assistant", content="f")).startswith("<|system|>max(x)<|user|>")


def test_an_answer_ends_before_the_first_stop_text(policy: Policy) -> None:
    stopping = with_options(policy, stop=["\n\n", "=="])
    tokens = policy.chat.tokenizer.encode("f(3) == 4\n\nx", add_special_tokens=False)
    assert stopping.chat.answer([], tokens) == "f(3) "
    assert stopping.chat.decode(tokens) == "f(3) == 4\n\nx"


def test_a_stop_token_is_one_of_the_policys(policy: Policy) -> None:
    stopping = with_options(policy, stop_tokens=["<|user|>"]).chat
    assert stopping.stop_tokens == policy.chat.stop_tokens | {policy.chat.tokenizer.convert_tokens_to_ids("<|user|>")}
    with pytest.raises(UserError, match=r"'<\|im_end\|>' is no token"):
        with_options(policy, stop_tokens=["<|im_end|>"])


def test_options_lie_beside_the_weights_and_change_the_digest(policy: Policy, tmp_path: Path) -> None:
    save_policy(policy, tmp_path / "plain", recipe_digest="r")
    assert not (tmp_path / "plain" / OPTIONS_FILE).exists()
    told = with_options(policy, system="max", stop=["=="], stop_tokens=["<|user|>"], thinking_tokens=8)
    save_policy(told, tmp_path / "told", recipe_digest="r")
    loaded = load_policy(tmp_path / "told", device="cpu")
    assert loaded.chat.options == told.chat.options
    assert loaded.chat.stop_tokens == told.chat.stop_tokens
    assert digest_directory(tmp_path / "told") != digest_directory(tmp_path / "plain")
    ends = json.loads((tmp_path / "told" / "generation_config.json").read_text())["eos_token_id"]
    assert set(ends) == told.chat.stop_tokens


def test_options_that_cannot_be_read_are_told(policy: Policy, tmp_path: Path) -> None:
    save_policy(policy, tmp_path, recipe_digest="r")
    (tmp_path / OPTIONS_FILE).write_text('{"sistem": "x"}')
    with pytest.raises(UserError, match=f"{tmp_path}: {OPTIONS_FILE} does not say"):
        load_chat(tmp_path)
