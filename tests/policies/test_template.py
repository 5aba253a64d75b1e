"""Chat templates of all sorts: rules go where a template takes them, and what none takes is refused in one sentence."""

from pathlib import Path

import pytest

from astor.errors import UserError
from astor.policies.chat import Chat, load_chat
from astor.policies.policy import Policy
from astor.records import Message

BODY = (
    "{% for message in messages %}{{ '<|user|>' if message['role'] == 'user' else '<|assistant|>' }}"
    "{{ message['content'] }}{% if message['role'] == 'assistant' %}{{ '<|end|>' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)
REFUSES_SYSTEM = (
    "{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}" + BODY
)
ALTERNATES = (
    "{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('Roles must alternate.') }}{% endif %}{% endfor %}" + BODY
)
DROPS_SYSTEM = BODY.replace(
    "{% for message in messages %}", "{% for message in messages if message['role'] != 'system' %}"
)
LAST_ONLY = "{{ '<|user|>' + messages[-1]['content'] }}"


@pytest.fixture
def chat(policy: Policy) -> Chat:
    return policy.chat


def said(*turns: str) -> list[Message]:
    """`role: content` each."""
    return [Message(role=role, content=content) for role, content in (turn.split(": ") for turn in turns)]


def text(chat: Chat, template: str, *turns: str) -> str:
    chat.tokenizer.chat_template = template
    return chat.tokenizer.decode(chat.encode(said(*turns)))


@pytest.mark.parametrize("template", [REFUSES_SYSTEM, ALTERNATES, DROPS_SYSTEM])
def test_what_the_system_says_goes_to_the_user_where_no_system_turn_is_taken(chat: Chat, template: str) -> None:
    assert text(chat, template, "system: x = 1", "user: f(2)") == "<|user|>x = 1\n\nf(2)<|assistant|>"
    again = text(chat, template, "system: x", "user: f", "assistant: 1", "user: g")
    assert again == "<|user|>x\n\nf<|assistant|>1<|end|><|user|>g<|assistant|>"
    assert text(chat, template, "system: x", "user: f", "assistant: 1") == "<|user|>x\n\nf<|assistant|>1"


def test_a_system_turn_between_questions_goes_to_the_question_after_it(chat: Chat) -> None:
    turns = ["user: f", "assistant: 1", "system: x", "system: y", "user: g"]
    assert text(chat, ALTERNATES, *turns) == "<|user|>f<|assistant|>1<|end|><|user|>x\n\ny\n\ng<|assistant|>"


def test_a_template_that_takes_system_turns_gets_them(chat: Chat) -> None:
    assert text(chat, chat.tokenizer.chat_template, "system: x", "user: f") == "<|system|>x<|user|>f<|assistant|>"


@pytest.mark.parametrize(
    ("template", "turns", "says"),
    [
        (ALTERNATES, ["user: f", "user: g"], r"turns user, user: Roles must alternate; ask"),
        (ALTERNATES, ["system: x", "user: f", "user: g"], r"turns system, user, user: Roles must alternate; ask"),
        (REFUSES_SYSTEM, ["system: x"], "System role not supported"),
        (LAST_ONLY, ["user: f", "assistant: 1", "user: g"], "leaves out what the user says"),
        ("{{ messages[0]['contents'] }}", ["user: f"], "leaves out what the user says"),
        ("{{ unknown.names }}" + BODY, ["user: f"], "'unknown' is undefined"),
        ("{% for message in messages %}", ["user: f"], "Unexpected end of template"),
        ("{{ messages[0]['content'] + 1 }}", ["user: f"], "str"),
        ("{{ messages | nothing }}", ["user: f"], "No filter named 'nothing'"),
        ("{{ 1 // 0 }}", ["user: f"], "zero"),
        ("{{ raise_exception('') }}", ["user: f"], "TemplateError"),
        ("{{ messages[0]['content'] }}{{ raise_exception('two\nlines') }}", ["user: f"], "two lines"),
        ({"rag": BODY, "tool_use": BODY}, ["user: f"], "no default"),
    ],
)
def test_what_a_template_does_not_take_is_one_sentence(chat: Chat, template, turns: list[str], says: str) -> None:
    with pytest.raises(UserError, match=says) as refusal:
        text(chat, template, *turns)
    assert "\n" not in str(refusal.value)


def test_a_template_that_fails_on_what_is_said_is_one_sentence_too(chat: Chat) -> None:
    picky = "{% if 'tab' in messages[0]['content'] %}{{ raise_exception('No tabs') }}{% endif %}" + BODY
    assert text(chat, picky, "user: f") == "<|user|>f<|assistant|>"
    with pytest.raises(UserError, match="No tabs"):
        text(chat, picky, "user: tab")


def test_a_template_that_takes_no_question_is_told_with_its_directory(policy: Policy, tmp_path: Path) -> None:
    policy.chat.tokenizer.chat_template = "{{ raise_exception('No chat') }}"
    policy.model.config.save_pretrained(tmp_path)
    policy.chat.tokenizer.save_pretrained(tmp_path)
    with pytest.raises(UserError, match=f"^{tmp_path}: The policy's chat template does not take the turns user"):
        load_chat(tmp_path)
