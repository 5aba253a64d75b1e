"""An endpoint on this machine."""

import socket
from pathlib import Path

import uvicorn

from astor.errors import UserError
from astor.policies.policy import load_policy
from astor.serving.app import create_app


def serve(policy_directory: Path, host: str, port: int, model_name: str) -> None:
    """Answer under `http://HOST:PORT/v1` until the process is interrupted; port 0 takes a free one.

    Raises:
        UserError: the directory holds no policy, or the address cannot be had.
    """
    with _listen(host, port) as listener:
        app = create_app(load_policy(policy_directory), model_name)
        config = uvicorn.Config(app, log_level="info", timeout_graceful_shutdown=5)
        uvicorn.Server(config).run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    """A bound socket, before the policy is loaded: a taken port is said at once."""
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
