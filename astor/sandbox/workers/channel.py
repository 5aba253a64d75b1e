"""The trusted end of the socket that a child has to itself."""

import socket


class Channel:
    """Sends a request, gathers what the child writes; never waits, and gathers no more than the limit."""

    def __init__(self, request: bytes, limit: int) -> None:
        self.socket, self.theirs = socket.socketpair()
        self.socket.setblocking(False)
        self.received = bytearray()
        self.unsent = memoryview(request)
        self.ended = False
        """Nothing more will be received: the child has closed its end or died, or has written too much."""
        self.flooded = False
        self.watched = 0
        """The events of its socket that a selector tells of."""
        self._limit = limit

    def pump(self) -> None:
        """Send and receive what can be at once."""
        try:
            while self.unsent:
                self.unsent = self.unsent[self.socket.send(self.unsent) :]
        except BlockingIOError:
            pass
        except OSError:  # The child is gone; what it wrote may still be there.
            self.unsent = memoryview(b"")
        try:
            while not self.ended:
                part = self.socket.recv(1 << 16)
                self.received += part
                self.flooded = len(self.received) > self._limit
                self.ended = not part or self.flooded
        except BlockingIOError:
            pass
        except OSError:
            self.ended = True

    def close(self) -> None:
        """Close this end, and the other where it is still here: the child's writing fails from then on."""
        self.socket.close()
        self.theirs.close()
