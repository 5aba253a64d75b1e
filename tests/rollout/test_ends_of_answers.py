"""Where answers end beside stop tokens: at stop texts, and thinking at its budget; and what top_p leaves to draw."""

from copy import copy

import pytest
import torch

from astor.policies.chat_options import ChatOptions
from astor.policies.logprobs import completion_logps
from astor.policies.policy import Policy
from astor.policies.tiny import CHAT_TEMPLATE
from astor.records import Batch, BatchRow, Message, Prompt, Split
from astor.rollout.engine import Request, Sample
from astor.rollout.live import live_sampler
from astor.rollout.options import TransformersEngineOptions
from astor.rollout.rollout import roll_out
from astor.rollout.thinking import CLOSING
from astor.rollout.verbatim import continue_tokens

PROMPT = Prompt(
    id="p",
    item_id="i",
    task="io_prediction",
    split=Split.TRAIN,
    messages=(Message(role="user", content="x = 3\nx == ?"),),
)


def told(policy: Policy, **options: object) -> Policy:
    return Policy(policy.model, policy.chat.with_options(ChatOptions.model_validate(options)))


def thinker(policy: Policy, **options: object) -> Policy:
    """The policy with a template that begins its thinking, which it never ends."""
    tokenizer = copy(policy.chat.tokenizer)
    tokenizer.chat_template = CHAT_TEMPLATE.replace("'<|assistant|>' }}{% endif", "'<|assistant|><think>\n' }}{% endif")
    return told(Policy(policy.model, tokenizer), **options)


def sample(policy: Policy, prompt: list[int], rollouts: int = 6, **asked: float) -> list[Sample]:
    request = Request(prompt, rollouts, 40, 5, asked.pop("temperature", 1.0), **asked)
    return live_sampler(policy, TransformersEngineOptions()).generate([request])


def test_an_answer_ends_with_the_token_that_completes_a_stop_text(policy: Policy, prompts: list[list[int]]) -> None:
    plain, stopped = sample(policy, prompts[1]), sample(told(policy, stop=["== ", "9"]), prompts[1])
    ended = 0
    for free, cut in zip(plain, stopped, strict=True):
        assert free.tokens[: len(cut.tokens)] == cut.tokens
        texts = [policy.chat.decode(cut.tokens[:count]) for count in range(len(cut.tokens) + 1)]
        assert not any("== " in text or "9" in text for text in texts[:-1])
        whole = "== " in texts[-1] or "9" in texts[-1]
        assert (cut.finish_reason, len(cut.tokens)) == (
            ("stop", len(cut.tokens)) if whole else (free.finish_reason, len(free.tokens))
        )
        ended += whole
    assert ended


def test_a_turn_that_a_text_ended_gets_the_end_of_a_turn_before_the_reply(policy: Policy) -> None:
    stopping = told(policy, stop=["=="])
    context = policy.chat.encode([Message(role="user", content="x")])
    tokens = tuple(policy.chat.tokenizer.encode("x ==", add_special_tokens=False))
    said = continue_tokens(stopping.chat, context, Sample(tokens, (0.0,) * len(tokens), "stop", ""), "no")
    assert policy.chat.tokenizer.decode(said) == "<|user|>x<|assistant|>x ==<|end|><|user|>no<|assistant|>"


@pytest.mark.parametrize("temperature", [1.0, 0.6])
def test_logps_are_those_of_the_nucleus_that_was_drawn_from(
    policy: Policy, prompts: list[list[int]], temperature: float
) -> None:
    for one in sample(policy, prompts[1], 3, temperature=temperature, top_p=0.7):
        with torch.no_grad():
            logits = policy.model(torch.tensor([[*prompts[1], *one.tokens]])).logits[0, len(prompts[1]) - 1 : -1]
        for row, token, logp in zip((logits / temperature).softmax(-1), one.tokens, one.logps, strict=True):
            likelier = row[row > row[token]].sum()
            assert likelier < 0.7
            ordered = row.sort(descending=True).values
            kept = ordered[: int((ordered.cumsum(0) < 0.7).sum()) + 1].sum()
            assert logp == pytest.approx(float((row[token] / kept).log()), abs=1e-3)


def test_greedy_answers_pass_over_top_p(policy: Policy, prompts: list[list[int]]) -> None:
    assert sample(policy, prompts[0], 1, temperature=0.0, top_p=0.1) == sample(policy, prompts[0], 1, temperature=0.0)


def test_thinking_ends_at_its_budget_by_tokens_that_are_not_trained_on(policy: Policy) -> None:
    thinking = thinker(policy, thinking_tokens=3)
    row = BatchRow(prompt_id="p", task="io_prediction", rollouts=8, max_tokens=40)
    batch = Batch(round=0, policy_digest=None, seed=1, temperature=1.0, rows=(row,))
    completions = roll_out(live_sampler(thinking, TransformersEngineOptions()), {"p": PROMPT}, batch)
    closing = tuple(policy.chat.tokenizer.encode(CLOSING, add_special_tokens=False))
    closed = [one for one in completions if not all(one.loss_mask)]
    assert len(closed) > 1
    for one in closed:
        assert one.tokens[3 : 3 + len(closing)] == closing
        assert [place for place, own in enumerate(one.loss_mask) if not own] == list(range(3, 3 + len(closing)))
        assert one.text.startswith("<think>\n")
        assert CLOSING in one.text
        assert 3 + len(closing) < len(one.tokens) <= 40
        with torch.no_grad():
            scored, _ = completion_logps(policy.model, [one.prompt_tokens], [[one.tokens]], 1.0)
        expected = torch.where(torch.tensor(one.loss_mask), scored[0], 0.0)
        torch.testing.assert_close(torch.tensor(one.logp_rollout), expected, atol=1e-5, rtol=0)
    assert len({one.tokens for one in closed}) > 1, "each goes on by a seed of its own"


def test_who_does_not_think_is_not_interrupted(policy: Policy, prompts: list[list[int]]) -> None:
    for one in sample(told(policy, thinking_tokens=3), prompts[1]):
        assert all(one.loss_mask)
        assert len(one.tokens) > 3 or one.finish_reason == "stop"


def test_no_budget_is_kept_where_there_is_no_room_for_an_answer(policy: Policy) -> None:
    thinking = thinker(policy, thinking_tokens=39)
    prompt = thinking.chat.encode(PROMPT.messages)
    assert sample(thinking, prompt) == sample(thinker(policy), prompt)
