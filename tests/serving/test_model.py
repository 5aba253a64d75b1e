"""The model's process as its server sees it."""

import os
from concurrent.futures import ThreadPoolExecutor

import httpx

from tests.serving.asking import KEY


def test_messages_are_read_whole_whatever_the_event_loop(endpoint, served_model):
    """uvloop, which uvicorn takes where it is installed, lets no descriptor block that it watches."""
    assert os.get_blocking(served_model._connection.fileno())


def test_very_many_tokens_at_a_time_come_through(endpoint, served_model):
    asked = {"model": "tiny", "prompt": ["def f(x):"] * 5, "n": 10, "max_tokens": 4, "logprobs": 20, "seed": 1}

    def ask(_):
        said = httpx.post(f"{endpoint}/v1/completions", json=asked, headers=KEY, timeout=60)
        return [choice["text"] for choice in said.json()["choices"]]

    with ThreadPoolExecutor(4) as pool:
        first, *others = pool.map(ask, range(4))
    assert len(first) == 50
    assert all(other == first for other in others)
