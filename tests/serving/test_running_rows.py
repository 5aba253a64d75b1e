"""Rows join and leave at any token, and are what they are alone."""

from random import Random

import pytest

from astor.policies.logprobs import completion_logps
from astor.rollout.engine import Request
from astor.rollout.live import live_sampler
from astor.rollout.options import TransformersEngineOptions
from astor.serving.messages import Ask
from astor.serving.running import RunningRows, score


def prompt_of(policy, text="assert f(1) == x"):
    return tuple(policy.chat.tokenizer.encode(text))


def run(rows, asks, random):
    """Tokens per row, where asks come at random between steps."""
    waiting, found = list(asks), {}
    while waiting or len(rows):
        while waiting and random.random() < 0.5:
            rows.add(waiting.pop())
        for token in rows.step():
            found.setdefault((token.number, token.rollout), []).append(token)
    return found


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("most_tokens", [80, 4096])
def test_every_row_is_what_the_rollout_engine_samples(served_policy, seed, most_tokens):
    random = Random(seed)
    texts = ["f", "def f(x):\n    return", "assert f([1, 2]) ==", "write f for list: reverse"]
    asks = [
        Ask(n, prompt_of(served_policy, random.choice(texts)), random.randint(1, 3), random.randint(1, 12), n, 1.0)
        for n in range(8)
    ]
    found = run(RunningRows(served_policy, most_tokens), asks, random)
    requests = [Request(ask.prompt, ask.rollouts, ask.max_tokens, ask.seed, ask.temperature) for ask in asks]
    samples = iter(live_sampler(served_policy, TransformersEngineOptions()).generate(requests))
    for ask in asks:
        for rollout in range(ask.rollouts):
            sample, tokens = next(samples), found[ask.number, rollout]
            assert tuple(token.token for token in tokens) == sample.tokens
            assert [token.logp for token in tokens] == pytest.approx(sample.logps, abs=1e-4)
            assert [token.end for token in tokens] == [None] * (len(tokens) - 1) + [sample.finish_reason]


def test_a_prompt_of_one_token_joins_others(served_policy):
    rows = RunningRows(served_policy, 4096)
    rows.add(Ask(0, prompt_of(served_policy), 1, 6, 0, 0.0))
    together = rows.step()
    rows.add(Ask(1, prompt_of(served_policy)[:1], 1, 3, 0, 0.0))
    while len(rows):
        together += rows.step()
    alone = RunningRows(served_policy, 4096)
    alone.add(Ask(1, prompt_of(served_policy)[:1], 1, 3, 0, 0.0))
    assert [t.token for t in together if t.number == 1] == [t.token for _ in range(3) for t in alone.step()]


def test_dropped_rows_are_sampled_no_more_and_others_go_on(served_policy):
    rows = RunningRows(served_policy, 4096)
    rows.add(Ask(0, prompt_of(served_policy), 3, 8, 0, 1.0))
    alive = {token.rollout for token in rows.step() if token.end is None}
    assert 1 in alive
    rows.drop({(0, 1), (7, 0)})
    assert {token.rollout for token in rows.step()} == alive - {1}
    rows.drop({(0, 0), (0, 2)})
    assert (rows.step(), len(rows)) == ([], 0)


def test_nobody_waits_for_all_of_anothers_many(served_policy):
    rows = RunningRows(served_policy, most_tokens=40)
    rows.add(Ask(0, prompt_of(served_policy), 50, 4, 0, 1.0))
    rows.step()
    rows.add(Ask(1, prompt_of(served_policy), 1, 4, 0, 1.0))
    seen = [{token.number for token in rows.step()} for _ in range(8)]
    assert {0, 1} in seen or {1} in seen


def test_top_p_leaves_the_likeliest_tokens(served_policy):
    greedy, narrow = RunningRows(served_policy, 4096), RunningRows(served_policy, 4096)
    greedy.add(Ask(0, prompt_of(served_policy), 1, 6, 0, 0.0))
    narrow.add(Ask(0, prompt_of(served_policy), 4, 6, 0, 1.0, top_p=1e-6))
    while likeliest := greedy.step():
        (likeliest,) = likeliest
        assert {token.token for token in narrow.step()} == {likeliest.token}


def test_alternatives_are_the_likeliest_with_the_sampled_ones_own_measure(served_policy):
    rows = RunningRows(served_policy, 4096)
    rows.add(Ask(0, prompt_of(served_policy), 1, 1, 0, 0.0, alternatives=3))
    (token,) = rows.step()
    assert len(token.alternatives) == 3
    assert token.alternatives[0] == (token.token, pytest.approx(token.logp))
    assert sorted((logp for _, logp in token.alternatives), reverse=True) == [logp for _, logp in token.alternatives]


def test_a_prompt_is_scored_as_the_policy_scores_answers(served_policy):
    prompt = prompt_of(served_policy)
    scored = score(served_policy, Ask(0, prompt, 0, 0, 0, 1.0, alternatives=1, scored=True))
    expected, _ = completion_logps(served_policy.model, [prompt[:1]], [[prompt[1:]]], 1.0)
    assert scored.logps == pytest.approx(expected[0].tolist(), abs=1e-4)
    assert len(scored.alternatives) == len(prompt) - 1
