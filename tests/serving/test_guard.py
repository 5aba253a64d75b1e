"""What keeps an endpoint from those who ask too much, or may not ask at all."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx
import openai
import pytest

from astor.serving.limits import Limits

PATH = "/v1/chat/completions"
KEY = {"Authorization": "Bearer open-sesame"}
ASK = {"model": "tiny", "messages": [{"role": "user", "content": "f"}], "max_tokens": 100, "seed": 1}


def until(holds):
    deadline = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("key", ["open", "open-sesame and more", "öpen"])
def test_without_a_right_key_nothing_is_answered(endpoint, key):
    headers = {"Authorization": f"Bearer {key}".encode()}
    for response in (httpx.post(endpoint + PATH, json=ASK, headers=headers), httpx.get(endpoint + "/v1/models")):
        assert response.status_code == 401
        assert response.json()["error"]["code"] == "invalid_api_key"
    with pytest.raises(openai.AuthenticationError):
        openai.OpenAI(base_url=endpoint + "/v1", api_key="wrong", max_retries=0).models.list()


def test_probes_need_no_key(endpoint):
    assert httpx.get(endpoint + "/health").json()["status"] == "ok"
    assert httpx.get(endpoint + "/ready").json() == {"ready": True, "why": ""}
    assert "astor_serving_requests_total" in httpx.get(endpoint + "/metrics").text


@pytest.mark.parametrize("said", [True, False])
def test_a_body_that_is_too_large_is_not_read(endpoint, said):
    body = b"x" * (1 << 20) + b"x"
    content = body if said else iter([body[:-1], b"x"])  # with a length, and in chunks
    response = httpx.post(endpoint + PATH, content=content, headers=KEY)
    assert response.status_code == 413
    assert response.json()["error"]["message"].startswith("The body has more than 1 MiB: send a shorter one")


def test_a_text_that_cannot_fit_is_refused_before_it_is_read(endpoint):
    long = [{"role": "user", "content": "x" * 500_000}]
    begun = time.process_time()
    response = httpx.post(endpoint + PATH, json=ASK | {"messages": long}, headers=KEY)
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "context_length_exceeded"
    assert time.process_time() - begun < 2


def test_a_body_that_is_nested_too_deeply_is_400(endpoint):
    response = httpx.post(endpoint + PATH, content=b"[" * 100_000, headers=KEY)
    assert response.status_code == 400


def test_more_answers_than_can_be_waited_for_are_429(endpoint, served_model):
    def ask(_):
        return httpx.post(endpoint + PATH, json=ASK | {"n": 128}, headers=KEY, timeout=60)

    with ThreadPoolExecutor(4) as pool:
        responses = list(pool.map(ask, range(4)))
    statuses = {response.status_code for response in responses}
    assert statuses == {200, 429}
    refused = next(response for response in responses if response.status_code == 429)
    assert refused.headers["Retry-After"] == "1"
    assert served_model.waited_for == 0


@pytest.mark.parametrize("stream", [True, False])
def test_who_hangs_up_is_no_longer_worked_for(endpoint, served_model, stream):
    place = urlsplit(endpoint)
    body = httpx.Request("POST", endpoint, json=ASK | {"n": 100, "stream": stream}).read()
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    with socket.create_connection((place.hostname, place.port)) as connection:
        connection.sendall(f"{head}Authorization: Bearer open-sesame\r\n\r\n".encode() + body)
        until(lambda: served_model.waited_for)
    until(lambda: not served_model.waited_for)


def test_an_answer_that_takes_too_long_is_504(app, endpoint, served_model, monkeypatch):
    monkeypatch.setitem(app.state._state, "limits", Limits(request_seconds=0.2))
    response = httpx.post(endpoint + PATH, json=ASK | {"n": 100}, headers=KEY)
    assert response.status_code == 504
    streamed = httpx.post(endpoint + PATH, json=ASK | {"n": 100, "stream": True}, headers=KEY)
    assert "was not whole within 0.2 seconds" in streamed.text
    until(lambda: not served_model.waited_for)
