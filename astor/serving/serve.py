"""An endpoint on this machine."""

from collections.abc import Callable
from pathlib import Path

import uvicorn

from astor.listening import Server, listen
from astor.policies.policy import load_policy
from astor.serving.app import create_app


def serve(policy_directory: Path, host: str, port: int, model_name: str, announce: Callable[[str], None]) -> None:
    """Answer under `http://HOST:PORT/v1` until the process is interrupted; port 0 takes a free one.

    `announce` gets http://HOST:PORT once requests are answered.

    Raises:
        UserError: the directory holds no policy, or the address cannot be had.
    """
    with listen(host, port) as listener:
        app = create_app(load_policy(policy_directory), model_name)
        config = uvicorn.Config(app, log_level="info", timeout_graceful_shutdown=5)
        Server(config, announce).run(sockets=[listener])
