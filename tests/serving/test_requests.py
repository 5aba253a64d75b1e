"""What a request may say: what says nothing is taken, and what is not offered is refused by name."""

import httpx
import openai
import pytest

from tests.serving.asking import ASK, KEY, chat, complete


@pytest.mark.parametrize("as_sent", [lambda message: message, lambda message: message.model_dump()])
def test_an_answer_is_taken_when_the_client_sends_it_back(client, as_sent):
    messages = [*ASK]
    for _ in range(3):
        answer = chat(client, messages=messages).choices[0].message
        messages += [as_sent(answer), {"role": "user", "content": "go on"}]


@pytest.mark.parametrize(
    "nothing",
    [
        {"refusal": None, "audio": None, "annotations": [], "function_call": None, "tool_calls": None, "name": None},
        {"tool_calls": [], "reasoning_content": "", "refusal": ""},
        {"content": [{"type": "text", "text": "x", "annotations": []}]},
        {"content": ""},
    ],
)
def test_what_says_nothing_in_a_message_is_taken(client, nothing):
    said = {"role": "assistant", "content": "x"} | nothing
    assert chat(client, messages=[*ASK, said, *ASK]).choices[0].message.content is not None


def test_null_is_a_field_that_was_left_out(endpoint):
    nothing = dict.fromkeys(("n", "temperature", "stop", "logprobs", "stream", "tools", "response_format", "user"))
    asked = {"model": "tiny", "messages": ASK, "max_tokens": 2} | nothing
    assert httpx.post(f"{endpoint}/v1/chat/completions", json=asked, headers=KEY).status_code == 200


def test_what_asks_for_nothing_is_taken(endpoint):
    nothing = {
        "tools": [],
        "tool_choice": "none",
        "response_format": {"type": "text"},
        "store": False,
        "logit_bias": {},
        "best_of": 1,
        "metadata": {},
        "service_tier": "auto",
        "parallel_tool_calls": True,
        "top_logprobs": 0,
    }
    asked = {"model": "tiny", "messages": ASK, "max_tokens": 2} | nothing
    assert httpx.post(f"{endpoint}/v1/chat/completions", json=asked, headers=KEY).status_code == 200


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"refusal": "I will not"}, "refusal"),
        ({"tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": ""}}]}, "tool_calls"),
        ({"function_call": {"name": "f", "arguments": "{}"}}, "function_call"),
        ({"audio": {"id": "1"}}, "audio"),
        ({"reasoning_content": "so"}, "reasoning_content"),
        ({"annotations": [{"type": "url_citation"}]}, "annotations"),
        ({"content": None}, "content"),
        ({"content": [{"type": "text"}]}, "content.text"),
        ({"content": [{"type": "refusal", "refusal": "no"}]}, "content"),
    ],
)
def test_what_is_not_offered_in_a_message_is_400_and_named(client, said, field):
    with pytest.raises(openai.BadRequestError) as error:
        chat(client, messages=[*ASK, {"role": "assistant", "content": "x"} | said, *ASK])
    assert error.value.param == f"messages.1.{field}"


def test_turns_that_the_chat_template_does_not_take_are_400_and_a_sentence(client, served_model, monkeypatch):
    monkeypatch.setattr(
        served_model.chat.tokenizer,
        "chat_template",
        "{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
        "{{ raise_exception('Roles must alternate') }}{% endif %}{{ message['content'] }}{% endfor %}",
    )
    monkeypatch.setattr(served_model.chat, "_takes_system", {})

    def ask(*roles):
        return chat(client, messages=[{"role": role, "content": "f"} for role in roles], max_tokens=2)

    assert ask("system", "user").choices
    assert ask("user", "assistant", "user").choices
    with pytest.raises(openai.BadRequestError, match="does not take the turns user, user: Roles must alternate") as e:
        ask("user", "user")
    assert e.value.param == "messages"


def test_an_unknown_model_is_404(client):
    with pytest.raises(openai.NotFoundError) as error:
        chat(client, model="gpt")
    assert error.value.code == "model_not_found"
    assert "serves 'tiny'" in error.value.body["message"]


@pytest.mark.parametrize(
    ("options", "param", "words"),
    [
        ({"top_p": 0}, "top_p", "greater than 0"),
        ({"extra_body": {"best_of": 3}}, "body", "best_of is 3"),
        ({"tools": [{"type": "function"}]}, "tools", "not supported"),
        ({"temperature": 3}, "temperature", "less than or equal to 2"),
        ({"max_tokens": 0}, "max_tokens", "greater than or equal to 1"),
        ({"n": 0}, "n", "greater than or equal to 1"),
        ({"stop": ""}, "stop", "must not be empty"),
        ({"stop": [""]}, "stop", "must not be empty"),
        ({"max_tokens": 500}, "prompt", "do not fit the context of 128"),
        ({"presence_penalty": 1}, "presence_penalty", "no penalties"),
        ({"logit_bias": {"1": 5}}, "logit_bias", "not supported"),
        ({"messages": []}, "messages", "at least 1 item"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages.0.role", "'user'"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "messages.0.content", "only text"),
    ],
)
def test_bad_input_is_400_and_says_what(client, options, param, words):
    with pytest.raises(openai.BadRequestError) as error:
        chat(client, **options)
    assert error.value.param == param
    assert words in error.value.body["message"]
    assert error.value.body["type"] == "invalid_request_error"


@pytest.mark.parametrize("prompt", ["", [], [[]], [100000], [-1]])
def test_prompts_that_cannot_be_continued_are_400(client, prompt):
    with pytest.raises(openai.BadRequestError):
        complete(client, prompt=prompt)


def test_other_paths_and_bodies_have_the_same_form(endpoint):
    assert httpx.get(f"{endpoint}/v1/embeddings").json()["error"]["type"] == "invalid_request_error"
    as_json = KEY | {"Content-Type": "application/json"}
    response = httpx.post(f"{endpoint}/v1/completions", content=b"{", headers=as_json)
    assert response.status_code == 400
    assert response.json()["error"]["message"].startswith("The body is no JSON at its character 1: ")


def test_token_ids_are_those_that_were_drawn_and_logprobs_are_theirs(endpoint, served_policy):
    asked = {"model": "tiny", "prompt": "def f(x):", "n": 4, "max_tokens": 6, "seed": 1, "logprobs": 0}
    plain = httpx.post(f"{endpoint}/v1/completions", json=asked, headers=KEY).json()
    told = httpx.post(f"{endpoint}/v1/completions", json=asked | {"return_token_ids": True}, headers=KEY).json()
    tokenizer, stops = served_policy.chat.tokenizer, served_policy.chat.stop_tokens
    for before, choice in zip(plain["choices"], told["choices"], strict=True):
        assert "token_ids" not in before
        assert choice["prompt_token_ids"] == tokenizer.encode("def f(x):")
        own = [token for token in choice["token_ids"] if token not in stops]
        assert tokenizer.decode(own) == choice["text"] == before["text"]
        logprobs = choice["logprobs"]["token_logprobs"]
        assert logprobs[: len(own)] == before["logprobs"]["token_logprobs"]
        assert len(logprobs) == len(choice["logprobs"]["text_offset"]) == len(choice["token_ids"])
    refused = httpx.post(
        f"{endpoint}/v1/completions", json=asked | {"return_token_ids": True, "stream": True}, headers=KEY
    )
    assert refused.status_code == 400
    assert "return_token_ids cannot be streamed" in refused.json()["error"]["message"]
