"""An answer begins with the `<think>` that its chat template wrote, in the forms that families of models have."""

import pytest

from astor.policies.chat import Chat
from astor.policies.options import TinyOptions
from astor.policies.tiny import train_tokenizer
from astor.records import Message

CHATML = "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}{% endfor %}"
ENDS = {
    "<|im_start|>assistant\n": "",
    "<|im_start|>assistant\n<think>\n": "<think>\n",
    "<|Assistant|><think>": "<think>",
    "<|im_start|>assistant\n<think>\n\n": "<think>\n\n",
    "<|im_start|>assistant\n<think>\n\n</think>\n\n": "",
}
"""How a template ends a prompt → what the answer begins with: as in Qwen 2.5, Qwen 3's thinking models, DeepSeek-R1,
with one more line break, and in Qwen 3 without thinking."""


def chat(end: str) -> Chat:
    tokenizer = train_tokenizer([CHATML, *ENDS, "3"], TinyOptions())
    tokenizer.chat_template = CHATML + "{% if add_generation_prompt %}{{ " + repr(end) + " }}{% endif %}"
    return Chat(tokenizer, frozenset(), 512)


@pytest.mark.parametrize(("end", "begun"), ENDS.items())
def test_what_the_template_began_is_where_the_answer_begins(end: str, begun: str) -> None:
    said = chat(end)
    prompt = said.encode([Message(role="user", content="What does <think> mean?")])
    answer = said.tokenizer.encode("3", add_special_tokens=False)
    assert said.answer(prompt, answer) == begun + "3"


def test_a_beginning_of_the_answer_leaves_no_room_for_thinking() -> None:
    said = chat("<|im_start|>assistant\n<think>\n")
    prompt = said.encode([Message(role="user", content="3"), Message(role="assistant", content="3")])
    assert said.answer(prompt, []) == ""
