"""Listening on a port: the one way in which the servers of this package do it."""

import ipaddress
import socket
from collections.abc import Callable

import uvicorn

from astor.errors import UserError

MOST_PORT = 65535


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to `host` and `port`, from 0, which takes a free one, to 65535.

    Bound before anything starts that takes long, so that a taken port is told at once. UserError where the address
    cannot be had.
    """
    if not 0 <= port <= MOST_PORT:
        raise UserError(f"{port} is no port: choose another --port, from 0 to {MOST_PORT}.")
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


def is_loopback(host: str) -> bool:
    """Whether only processes of this machine can reach what listens on `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Server(uvicorn.Server):
    """Answers on one socket of `listen`, and announces its address, http://HOST:PORT, once it does."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[str], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn has it; then the address is announced."""
        await super().startup(sockets)
        assert sockets is not None
        # asyncio takes one number, the config's backlog, for what it accepts at once and for what the kernel lets wait.
        sockets[0].listen(socket.SOMAXCONN)
        host, port = sockets[0].getsockname()[:2]
        self._announce(f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}")
