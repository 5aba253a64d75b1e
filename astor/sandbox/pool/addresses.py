"""The servers behind the addresses of a pool: a name may be that of many, as Kubernetes' of a headless Service."""

import asyncio
import socket
import time
from collections.abc import Sequence

import httpx

FRESH_SECONDS = 5.0
"""How long what a name means is believed. Our choice: as long as Kubernetes' DNS keeps its answers by default."""


class Addresses:
    """Turns URLs into those of single servers, and notices those that come and go."""

    def __init__(self, urls: Sequence[str]) -> None:
        self._urls = urls
        self._servers: tuple[str, ...] = tuple(urls)
        self._asked = -FRESH_SECONDS

    async def servers(self) -> tuple[str, ...]:
        """A URL for each server, in the order of the addresses.

        An https:// URL stays as it is, because its certificate is of the name; and so does a name that means nothing
        now, which is then told of by whoever asks it.
        """
        if time.monotonic() - self._asked >= FRESH_SECONDS:
            self._asked = time.monotonic()
            found = await asyncio.gather(*map(_resolve, self._urls))
            self._servers = tuple(dict.fromkeys(url for urls in found for url in urls))
        return self._servers


async def _resolve(text: str) -> list[str]:
    url = httpx.URL(text)
    if url.scheme == "https":
        return [text]
    try:
        loop = asyncio.get_running_loop()
        known = await loop.getaddrinfo(url.host, url.port or 80, type=socket.SOCK_STREAM)
    except OSError:
        return [text]
    hosts = sorted({str(address[0]) for *_, address in known})
    return [text] if len(hosts) == 1 else [str(url.copy_with(host=host)).rstrip("/") for host in hosts]
