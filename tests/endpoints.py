"""Our own server, listening in a thread of the tests."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from astor.serving.app import create_app
from astor.serving.limits import Limits
from astor.serving.model import Model


@contextmanager
def listening(app: Any) -> Iterator[str]:
    """The address of a server that answers with the application."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 120
    while not server.started:
        assert time.monotonic() < deadline, "the server does not come up"
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(30)


@contextmanager
def application(policy_directory: Path, most_answers: int = 200, keys: tuple[str, ...] = ()) -> Iterator[Any]:
    """What serves the policy as `tiny`, with its model in a process of its own."""
    limits = Limits(max_answers=most_answers, request_seconds=60)
    with Model(policy_directory, most_tokens=4096, most_answers=most_answers) as model:
        yield create_app(model, "tiny", limits, keys)
