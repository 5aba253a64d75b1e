"""A server's connections: so many that descriptors are left for what it runs, whoever opens how many."""

import asyncio
import resource

from uvicorn.protocols.http.h11_impl import H11Protocol

MOST_CONNECTIONS = 1024
"""Connections of a server at most. Our choice: those of five hundred clients."""


class Connection(H11Protocol):
    """Speaks HTTP/1.1. Where it is one too many, a connection without an open request is closed, else itself.

    Whoever holds connections without asking for anything, for which no token is needed, keeps out nobody who asks.
    uvicorn's own limit answers 503 once a request is read, and so leaves room for any number that never send one.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Take the connection, and close one where there are too many."""
        super().connection_made(transport)
        if len(self.connections) > most_connections():
            idle = (each for each in self.connections if isinstance(each, Connection) and each._is_idle(self))
            one = next(idle, self)
            self.connections.discard(one)
            one.transport.abort()

    def _is_idle(self, newest: "Connection") -> bool:
        return self is not newest and (self.cycle is None or self.cycle.response_complete)


def most_connections() -> int:
    """Half of the descriptors that this process may have, and no more than MOST_CONNECTIONS."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_CONNECTIONS if soft == resource.RLIM_INFINITY else min(MOST_CONNECTIONS, soft // 2)
