"""Clients of an endpoint, with as little work for themselves as can be."""

import asyncio
import json
import time
from urllib.parse import urlsplit

QUESTION = "def f(x):\n    y = x[1:]\n    return max(y, default=0)\nf([3, 1, 4]) == ?"
ASK = {"messages": [{"role": "user", "content": QUESTION}], "max_tokens": 16}


class Client:
    """One connection that is kept, with as little work for the client as can be."""

    def __init__(self, url: str) -> None:
        self.host, self.port = urlsplit(url).hostname, urlsplit(url).port

    async def __aenter__(self) -> "Client":
        self.reader, self.writer = await asyncio.open_connection(self.host, self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.close()

    def send(self, method: str, path: str, body: bytes = b"") -> None:
        head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        self.writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    async def receive(self) -> tuple[int, bytes, float]:
        """Status, body, and when its first bytes were there."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        status, fields = int(head[9:12]), head.lower()
        if b"content-length:" in fields:
            size = int(fields.split(b"content-length:")[1].split(b"\r\n")[0])
            body = await self.reader.readexactly(size)
            return status, body, time.perf_counter()
        body, first = b"", 0.0
        while size := int(await self.reader.readline(), 16):
            body += (await self.reader.readexactly(size + 2))[:-2]
            first = first or time.perf_counter()
        await self.reader.readline()
        return status, body, first


async def ask(client: Client, body: dict[str, object]) -> tuple[float, float, int]:
    """Seconds to the first bytes and to the end, and the answers."""
    begun = time.perf_counter()
    client.send("POST", "/v1/chat/completions", json.dumps(body).encode())
    status, answer, first = await client.receive()
    assert status == 200, answer
    answers = 1 if body.get("stream") else len(json.loads(answer)["choices"])
    return first - begun, time.perf_counter() - begun, answers


async def load(url: str, model: str, clients: int, seconds: float) -> list[float]:
    """Seconds of every answer that so many clients got who each ask again once they are answered, for so long."""
    whole: list[float] = []
    body, stop = {**ASK, "model": model}, time.perf_counter() + seconds

    async def one() -> None:
        async with Client(url) as client:
            while time.perf_counter() < stop:
                whole.append((await ask(client, body))[1])

    await asyncio.gather(*(one() for _ in range(clients)))
    return whole


async def first_tokens(url: str, model: str, times: int) -> list[float]:
    """Seconds to the first bytes of streams, one client."""
    async with Client(url) as client:
        return [(await ask(client, {**ASK, "model": model, "stream": True}))[0] for _ in range(times)]


def probe(url: str, seconds: float) -> list[float]:
    """Seconds of each GET /health, twenty a second, as a kubelet asks: from a process that does nothing else."""

    async def ask_again() -> list[float]:
        found, stop = [], time.perf_counter() + seconds
        async with Client(url) as client:
            while time.perf_counter() < stop:
                begun = time.perf_counter()
                client.send("GET", "/health")
                await client.receive()
                found.append(time.perf_counter() - begun)
                await asyncio.sleep(max(0.05 - found[-1], 0))
        return found

    return asyncio.run(ask_again())


async def hang_up(url: str, model: str, clients: int = 60) -> dict[str, float]:
    """What an honest client waits for after so many asked for long answers and left after a second."""
    body = json.dumps({**ASK, "model": model, "max_tokens": 100, "n": 16}).encode()

    async def leave() -> None:
        async with Client(url) as client:
            client.send("POST", "/v1/chat/completions", body)
            await asyncio.sleep(1)

    await asyncio.gather(*(leave() for _ in range(clients)))
    begun = time.perf_counter()
    async with Client(url) as client:
        client.send("GET", "/health")
        await client.receive()
        health = time.perf_counter() - begun
        answer = (await ask(client, {**ASK, "model": model}))[1]
    return {"health_after_hang_ups_ms": health * 1000, "answer_after_hang_ups_ms": answer * 1000}


async def huge(url: str, model: str, megabytes: int = 50) -> dict[str, float]:
    """Status and seconds of a body that is far too large."""
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": "x" * (megabytes << 20)}]}).encode()
    begun = time.perf_counter()
    async with Client(url) as client:
        client.send("POST", "/v1/chat/completions", body)
        status, *_ = await client.receive()
    return {"huge_status": status, "huge_seconds": time.perf_counter() - begun}
