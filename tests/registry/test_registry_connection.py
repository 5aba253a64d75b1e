"""What is done again because MLflow was away, and what is not."""

import socket

import pytest

from astor.errors import UserError
from astor.registry.connection import connect, explained, patiently


def test_what_fails_because_no_server_is_there_is_done_again() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        uri = f"http://127.0.0.1:{free.getsockname()[1]}"  # bound, and nobody listens
        calls = []

        def call() -> str:
            calls.append(1)
            if len(calls) < 2:
                with explained(uri):
                    connect(uri).search_experiments(max_results=1)
            return "told"

        assert patiently(call) == "told"
    assert len(calls) == 2


def test_what_a_server_refuses_is_told_at_once() -> None:
    calls = []

    def call() -> None:
        calls.append(1)
        raise UserError("no")

    with pytest.raises(UserError, match="no"):
        patiently(call)
    assert len(calls) == 1
