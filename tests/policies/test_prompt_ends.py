"""Where the tokens of a prompt end, over tasks and chat templates: never in white space of ours."""

from collections.abc import Sequence
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astor.data.procedural import ProceduralOptions, ProceduralSource
from astor.data.splits import SplitOptions
from astor.policies.chat import Chat
from astor.policies.options import TinyOptions
from astor.policies.tiny import CHAT_TEMPLATE, train_tokenizer
from astor.records import Message, Split
from astor.tasks.catalogue import task_classes
from astor.tasks.framing import Framing

CHATML = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
TRIMMING = (
    "{% for m in messages %}{{ '[' + m['role'] + ']\n\n' + m['content'] | trim + '[end]' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '[assistant]\n\n' }}{% endif %}"
)
SPACED = (
    "{% for m in messages %}{% if m['role'] == 'assistant' %}{{ ' ' + m['content'] + '</s>' }}"
    "{% else %}{{ '[INST] ' + m['content'] + ' [/INST]' }}{% endif %}{% endfor %}"
)
TEMPLATES = {"tiny": CHAT_TEMPLATE, "chatml": CHATML, "trimming": TRIMMING, "spaced": SPACED}
ITEMS = list(islice(ProceduralSource(ProceduralOptions(commit_share=0.3), SplitOptions()).items(), 12))


@pytest.fixture(scope="module")
def chats() -> dict[str, Chat]:
    """A tokenizer under several templates, as the families of chat models have them; no model is asked."""
    chats = {}
    for name, template in TEMPLATES.items():
        tokenizer = train_tokenizer(["def f(x):", "return x"], TinyOptions())
        tokenizer.chat_template = template
        chats[name] = Chat(tokenizer, frozenset(), 512)
    return chats


def rendered(chat: Chat, messages: Sequence[Message]) -> str:
    return chat.tokenizer.decode(chat.encode(messages))


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("prefill", ["", "```python"])
@pytest.mark.parametrize("style", ["terse", "instruct"])
@pytest.mark.parametrize("key", sorted(task_classes()))
def test_a_prompt_ends_in_the_question_and_the_templates_own_words(chats, template, prefill, style, key) -> None:
    if prefill and key == "multi_turn_code":
        pytest.skip("it has turns of its own, and takes no prefill")
    kind = task_classes()[key]
    task = kind(kind.options_type(style=style, prefill=prefill))
    framing = Framing(task)
    chat = chats[template]
    empty = rendered(chat, [Message(role="user", content="question")]).partition("question")[2]
    for example in (example for item in ITEMS for example in task.examples(item, Split.TRAIN)):
        prompt = framing.prompt(example.prompt, example.reference.kind)
        text = rendered(chat, prompt.messages)
        if prefill:
            assert text.endswith(prefill)
        else:
            question = text.removesuffix(empty)
            assert question != text
            assert question == question.rstrip()


@given(st.text("ab \n\t`<|>", min_size=1).map(str.strip).filter(bool))
def test_the_beginning_of_an_answer_is_the_end_of_its_prompt(chats, begun: str) -> None:
    chat = [Message(role="user", content="question"), Message(role="assistant", content=begun)]
    for chat in chats.values():
        assert rendered(chat, chat).endswith(begun)
