"""An endpoint on this machine, until SIGTERM."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from socket import socket
from types import FrameType

import uvicorn

from astor.connection import Connection, most_connections
from astor.errors import UserError
from astor.listening import Server, listen
from astor.serving.app import NO_DOORS, create_app
from astor.serving.limits import Limits
from astor.serving.model import Model
from astor.tasks.front_door import Door

LAST_SECONDS = 5
"""How long those who were told that no answer comes have to read it."""

DEFAULTS = Limits()


def serve(
    policy_directory: Path,
    host: str,
    port: int,
    name: str,
    announce: Callable[[str], None],
    limits: Limits = DEFAULTS,
    keys: Sequence[str] = (),
    doors: Mapping[str, Door] = NO_DOORS,
    kserve: bool = False,
) -> None:
    """Answer under `http://HOST:PORT/v1` until the process is interrupted; port 0 takes a free one.

    `announce` gets http://HOST:PORT once requests are answered. What is told of the policy is the digest of its files
    as they are, whatever a card among them says. On SIGTERM no more requests are taken, what runs may go on for
    `limits.drain_seconds`, and what is left then is answered 503.

    Raises:
        UserError: the directory holds no policy, the address cannot be had, or the model's process has ended.
    """
    with listen(host, port) as listener, Model(policy_directory, limits.tokens_together, limits.max_answers) as model:
        config = uvicorn.Config(
            create_app(model, name, limits, keys, doors, kserve),
            http=Connection,
            ws="none",
            # So many are accepted at once before any is known to be one too many.
            backlog=min(128, most_connections() // 4 + 1),
            log_level="info",
            access_log=False,
            timeout_graceful_shutdown=limits.drain_seconds + LAST_SECONDS,
        )
        server = _Server(config, model, limits.drain_seconds, announce)
        server.run(sockets=[listener])
        if server.failure:
            raise UserError(f"The endpoint has ended: {server.failure}.")


class _Server(Server):
    def __init__(
        self, config: uvicorn.Config, model: Model, drain_seconds: int, announce: Callable[[str], None]
    ) -> None:
        super().__init__(config, announce)
        self._model, self._drain_seconds = model, drain_seconds
        self.failure = ""
        """Why the endpoint ended that nobody asked to end."""

    async def on_tick(self, counter: int) -> bool:
        """Whether to end, which it does where the model has."""
        ends = await super().on_tick(counter)
        if not ends and self._model.why_ended:
            self.failure = self._model.why_ended
        return ends or bool(self._model.why_ended)

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Let what runs go on for a while, then tell those who still wait that no answer comes."""
        loop = asyncio.get_running_loop()
        last = loop.call_later(self._drain_seconds, self._model.end, "the server ends")
        await super().shutdown(sockets)
        last.cancel()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take no more asks."""
        self._model.drains = True
        super().handle_exit(sig, frame)
        # The end was asked for: nothing is to be raised again after it.
        self._captured_signals.clear()
