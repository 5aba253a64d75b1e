"""Thinking that takes too long is ended at the endpoint as it is in rollouts."""

from copy import copy

import pytest

from astor.policies.chat_options import ChatOptions
from astor.policies.policy import Policy
from astor.policies.tiny import CHAT_TEMPLATE
from astor.records import Message
from astor.rollout.engine import Request
from astor.rollout.live import live_sampler
from astor.rollout.options import TransformersEngineOptions
from astor.rollout.thinking import CLOSING
from astor.serving.messages import Ask
from astor.serving.running import RunningRows

BUDGET = ChatOptions(thinking_tokens=3)
THINKS = CHAT_TEMPLATE.replace("'<|assistant|>' }}{% endif", "'<|assistant|><think>\n' }}{% endif")


@pytest.mark.parametrize("text", ["x = 3 <think>\n", "x = 3"], ids=["thinks", "does not think"])
def test_what_is_answered_is_what_a_rollout_of_the_same_seed_is(served_policy: Policy, text: str) -> None:
    policy = Policy(served_policy.model, served_policy.chat.with_options(BUDGET))
    prompts = [tuple(policy.chat.tokenizer.encode(each)) for each in (text, f"f {text}")]
    closing = len(policy.chat.tokenizer.encode(CLOSING, add_special_tokens=False))
    longest = [closing + 30, closing + 3]
    asked = [Request(prompt, 4, longest[seed], seed, 1.0) for seed, prompt in enumerate(prompts)]
    samples = iter(live_sampler(policy, TransformersEngineOptions()).generate(asked))
    rows = RunningRows(policy, 4096)
    for number, prompt in enumerate(prompts):
        rows.add(Ask(number, prompt, 4, longest[number], number, 1.0, thinking_tokens=3))
    told = [token for _ in range(closing + 30) for token in rows.step()]
    for number in range(2):
        for rollout in range(4):
            sample, mine = next(samples), [t for t in told if (t.number, t.rollout) == (number, rollout)]
            assert tuple(token.token for token in mine) == sample.tokens
            assert [token.logp for token in mine] == pytest.approx(sample.logps, abs=1e-4)
            assert mine[-1].end == sample.finish_reason
            interrupted = number == 0 and text != "x = 3" and len(sample.tokens) > 3
            assert [place for place, own in enumerate(sample.loss_mask) if not own] == (
                list(range(3, 3 + closing)) if interrupted else []
            )


def test_it_holds_in_conversations_and_not_where_a_text_is_continued(
    client, served_model, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = served_model.chat
    tokenizer = copy(chat.tokenizer)
    tokenizer.chat_template = THINKS
    monkeypatch.setattr(chat, "tokenizer", tokenizer)
    monkeypatch.setattr(chat, "options", BUDGET)
    ask = {"model": "tiny", "max_tokens": 40, "seed": 1, "n": 8}
    talked = client.chat.completions.create(messages=[{"role": "user", "content": "x = 3"}], **ask)
    assert any(CLOSING in choice.message.content for choice in talked.choices)
    continued = client.completions.create(prompt=chat.encode([Message(role="user", content="x = 3")]), **ask)
    assert not any(CLOSING in choice.text for choice in continued.choices)
