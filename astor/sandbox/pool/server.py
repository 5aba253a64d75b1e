"""A server of the pool: one sandbox behind HTTP, until SIGTERM."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import uvicorn

from astor.connection import Connection, most_connections
from astor.errors import UserError
from astor.listening import Server, is_loopback, listen
from astor.sandbox.pool.app import create_app
from astor.sandbox.pool.job_queue import JobQueue
from astor.sandbox.pool.options import TOKEN_VARIABLE, ServerOptions

KEEP_ALIVE_SECONDS = 75
"""Longer than any client keeps an idle connection, so that none is closed under a request. Our choice: nginx's."""


def serve(
    options: ServerOptions, host: str, port: int, token_file: Path | None, announce: Callable[[str], None]
) -> None:
    """Answer at `http://HOST:PORT` until SIGTERM or SIGINT; port 0 takes a free one.

    `announce` gets the address once jobs are taken. The token is what `token_file`, or ASTOR_SANDBOX_TOKEN, holds; the
    process writes no file. On a signal it takes no more, lets the batches that run go on for `drain_seconds`, and
    leaves no process.

    Raises:
        UserError: the sandbox does not stand, the address cannot be had, or anyone could reach it without a token.
    """
    token = read_token(token_file)
    if token is None and not is_loopback(host):
        raise UserError(
            f"{host} can be reached from elsewhere and the server has no token: give --token-file or set "
            f"{TOKEN_VARIABLE}, or listen on 127.0.0.1."
        )
    with listen(host, port) as listener, JobQueue(options.sandbox, options.max_queue) as queue:
        config = uvicorn.Config(
            create_app(queue, options, token),
            http=Connection,
            ws="none",
            # So many are accepted at once before any is known to be one too many.
            backlog=min(128, most_connections() // 4 + 1),
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=options.drain_seconds,
        )
        _Server(config, queue, announce).run(sockets=[listener])
        if queue.failure is not None:
            raise queue.failure


def describe(options: ServerOptions) -> str:
    """The interface as OpenAPI, JSON; nothing is started."""
    return json.dumps(create_app(JobQueue(options.sandbox, options.max_queue), options, None).openapi(), indent=2)


def read_token(file: Path | None) -> str | None:
    """The token that clients must show; None where neither `file` nor the environment names one."""
    if file is None:
        token = os.environ.get(TOKEN_VARIABLE)
        if token is None:
            return None
        where = TOKEN_VARIABLE
    else:
        where = str(file)
        try:
            token = file.read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(f"The token file {file} can't be read ({error}): give a file of ASCII text.") from error
    token = token.strip()
    if not token or not token.isascii() or not token.isprintable():
        raise UserError(f"{where} holds no token: write one line of printable ASCII into it.")
    return token


class _Server(Server):
    def __init__(self, config: uvicorn.Config, queue: JobQueue, announce: Callable[[str], None]) -> None:
        super().__init__(config, announce)
        self._queue = queue

    async def on_tick(self, counter: int) -> bool:
        return await super().on_tick(counter) or self._queue.failure is not None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._queue.is_draining = True
        super().handle_exit(sig, frame)
        # The end was asked for: nothing is to be raised again after it.
        self._captured_signals.clear()
