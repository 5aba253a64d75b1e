"""A server of the pool: one sandbox behind HTTP, until SIGTERM."""

import ipaddress
import json
import os
import socket
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import uvicorn

from astor.errors import UserError
from astor.sandbox.pool.app import create_app
from astor.sandbox.pool.connection import Connection, most_connections
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
    if token is None and not _is_loopback(host):
        raise UserError(
            f"{host} can be reached from elsewhere and the server has no token: give --token-file or set "
            f"{TOKEN_VARIABLE}, or listen on 127.0.0.1."
        )
    with _listen(host, port) as listener, JobQueue(options.sandbox, options.max_queue) as queue:
        config = uvicorn.Config(
            create_app(queue, options, token),
            http=Connection,
            ws="none",
            # asyncio accepts so many at once before any is known to be one too many.
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


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, queue: JobQueue, announce: Callable[[str], None]) -> None:
        super().__init__(config)
        self._queue, self._announce = queue, announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        assert sockets is not None
        # asyncio takes one number for what it accepts at once and for what the kernel lets wait.
        sockets[0].listen(socket.SOMAXCONN)
        host, port = sockets[0].getsockname()[:2]
        self._announce(f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}")

    async def on_tick(self, counter: int) -> bool:
        return await super().on_tick(counter) or self._queue.failure is not None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._queue.is_draining = True
        super().handle_exit(sig, frame)
        # The end was asked for: nothing is to be raised again after it.
        self._captured_signals.clear()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _listen(host: str, port: int) -> socket.socket:
    """A bound socket, before the sandbox starts: a taken port is said at once."""
    # The protocol is named, or asyncio would not switch Nagle's algorithm off, which holds each answer for 40 ms.
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise UserError(
            f"{host}:{port} cannot be listened on ({error.strerror}): choose another --port or --host."
        ) from error
    return listener
