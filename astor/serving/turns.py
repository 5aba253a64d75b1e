"""Turns of the event loop: what comes for many requests at once is not done at once."""

import asyncio


class Turns:
    """Lets those who come together go on one after the other.

    asyncio does in one turn all that has become possible since the last one. Where the answers to many requests end at
    the same token, whoever then asks for /health would wait until all of them are written; so he waits for one.
    """

    def __init__(self) -> None:
        self._one = asyncio.Lock()

    async def mine(self) -> None:
        """Return in a turn that is nobody else's, in the order of calls."""
        async with self._one:
            await asyncio.sleep(0)
