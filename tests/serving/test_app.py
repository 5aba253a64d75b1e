"""The endpoint as OpenAI's own client sees it."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from astor.policies.logprobs import completion_logps
from tests.serving.asking import chat, complete


def test_health_and_models_say_which_policy_it_is(endpoint, client, served_policy):
    digest = served_policy.card.digest
    health = httpx.get(f"{endpoint}/health").json()
    assert health == {"status": "ok", "model": "tiny", "policy_digest": digest}
    assert [model.id for model in client.models.list()] == ["tiny"]
    assert client.models.retrieve("tiny").policy_digest == digest
    assert chat(client).system_fingerprint == digest


def test_a_chat_completion_is_what_the_policy_samples(client, served_policy):
    answer = chat(client, n=3, max_tokens=8)
    assert [choice.index for choice in answer.choices] == [0, 1, 2]
    assert len({choice.message.content for choice in answer.choices}) == 3
    assert {choice.finish_reason for choice in answer.choices} <= {"stop", "length"}
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


def test_the_seed_decides_the_answer(client):
    first, again, other = (chat(client, seed=seed).choices[0].message.content for seed in (1, 1, 2))
    assert first == again != other
    assert chat(client, seed=-1).choices[0].message.content == chat(client, seed=-1).choices[0].message.content


def test_without_a_seed_answers_differ(client):
    assert len({chat(client, seed=None).choices[0].message.content for _ in range(3)}) > 1


def test_temperature_0_is_greedy(client):
    assert len({chat(client, temperature=0, seed=seed).choices[0].message.content for seed in range(3)}) == 1


def test_several_prompts_as_texts_or_tokens(client, served_policy):
    texts = complete(client, prompt=["def f(x):", "assert f("], n=2, temperature=0)
    tokens = [served_policy.chat.tokenizer.encode(text) for text in ("def f(x):", "assert f(")]
    from_tokens = complete(client, prompt=tokens, n=2, temperature=0)
    assert [choice.text for choice in texts.choices] == [choice.text for choice in from_tokens.choices]
    assert [choice.index for choice in texts.choices] == [0, 1, 2, 3]


def test_logprobs_are_the_policys_own(client, served_policy):
    prompt = served_policy.chat.tokenizer.encode("def f(x):")
    logprobs = complete(client, prompt=prompt, logprobs=1).choices[0].logprobs
    tokens = served_policy.chat.tokenizer.convert_tokens_to_ids(logprobs.tokens)
    expected, _ = completion_logps(served_policy.model, [prompt], [[tokens]], 1.0)
    assert logprobs.token_logprobs == pytest.approx(expected[0].tolist(), abs=1e-4)
    content = chat(client, logprobs=True).choices[0]
    assert "".join(token.token for token in content.logprobs.content) == content.message.content


def test_a_stop_text_ends_the_answer_and_is_no_part_of_it(client):
    whole = complete(client, max_tokens=12, logprobs=0).choices[0]
    stop = whole.text[3:5]
    cut = complete(client, max_tokens=12, logprobs=0, stop=[stop, "never there"]).choices[0]
    assert cut.text == whole.text[: whole.text.index(stop)]
    assert cut.finish_reason == "stop"
    assert len(cut.logprobs.tokens) < len(whole.logprobs.tokens)


def test_streams_carry_the_same_answer(client):
    chunks = list(chat(client, stream=True, n=2, stream_options={"include_usage": True}))
    texts = {0: "", 1: ""}
    for chunk in chunks[:-1]:
        texts[chunk.choices[0].index] += chunk.choices[0].delta.content or ""
    whole = chat(client, n=2)
    assert list(texts.values()) == [choice.message.content for choice in whole.choices]
    assert chunks[-1].usage == whole.usage
    streamed = list(complete(client, stream=True))
    assert "".join(chunk.choices[0].text for chunk in streamed) == complete(client).choices[0].text


def test_an_answer_fills_the_context_where_no_length_is_asked_for(client):
    usage = chat(client, max_tokens=None).usage
    assert usage.total_tokens <= 128


def test_newer_names_and_text_parts(client):
    parts = [{"role": "developer", "content": "be brief"}, {"role": "user", "content": [{"type": "text", "text": "f"}]}]
    assert chat(client, messages=parts, max_tokens=None, max_completion_tokens=2).usage.completion_tokens <= 2


def test_requests_at_the_same_time_do_not_disturb_each_other(client):
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda seed: chat(client, seed=seed).choices[0].message.content, range(8)))
    assert together == [chat(client, seed=seed).choices[0].message.content for seed in range(8)]


def test_the_prompt_is_echoed_with_what_the_policy_thinks_of_it(client, served_policy):
    prompt = served_policy.chat.tokenizer.encode("assert f(1) == x")
    choice = complete(client, prompt=prompt, max_tokens=1, logprobs=2, echo=True, temperature=0).choices[0]
    expected, _ = completion_logps(served_policy.model, [prompt[:1]], [[prompt[1:]]], 1.0)
    assert choice.text.startswith("assert f(1) == x")
    assert choice.logprobs.token_logprobs[0] is None
    assert choice.logprobs.token_logprobs[1 : len(prompt)] == pytest.approx(expected[0].tolist(), abs=1e-4)
    assert max(choice.logprobs.top_logprobs[-1].values()) == choice.logprobs.token_logprobs[-1]
    alone = complete(client, prompt=prompt, max_tokens=0, logprobs=0, echo=True, n=2)
    assert [choice.text for choice in alone.choices] == ["assert f(1) == x"] * 2
    assert alone.usage.completion_tokens == 0


def test_the_likeliest_tokens_are_told(client):
    told = chat(client, logprobs=True, top_logprobs=3, temperature=0).choices[0].logprobs.content
    assert all(token.top_logprobs[0].token == token.token and len(token.top_logprobs) == 3 for token in told)


def test_a_stream_comes_token_by_token(client):
    chunks = [chunk.choices[0] for chunk in chat(client, stream=True, max_tokens=8, temperature=0, logprobs=True)]
    assert chunks[-1].finish_reason
    assert sum(bool(chunk.delta.content) for chunk in chunks) > 1
    assert sum(len(chunk.logprobs.content) for chunk in chunks if chunk.logprobs) > 1
