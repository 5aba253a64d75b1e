"""How many requests an endpoint answers, how soon, and how /health fares beside them.

    python benchmarks/serving.py [--policy DIR] [--url http://HOST:PORT/v1 --model NAME]

Starts `astor serve`'s server with the policy, a tiny one with random weights by default, or asks the one at `--url`.
Clients ask one chat answer of 16 tokens after the other, 1, 8 and 32 of them at once; at each, another asks for /health
twenty times a second. Then one request with `n: 32`, 60 clients that hang up, and a body of 50 MB. The last line is
JSON: requests a second, and p50 and p99 of whole answers, of first tokens and of /health, in milliseconds.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

ASK = {"messages": [{"role": "user", "content": "write f for list: reverse, then first item"}], "max_tokens": 16}
SECONDS = 5.0


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


async def load(url: str, model: str, clients: int, seconds: float) -> dict[str, float]:
    """So many clients for so long."""
    whole: list[float] = []
    stop = time.perf_counter() + seconds
    body = {**ASK, "model": model}

    async def one() -> None:
        async with Client(url) as client:
            while time.perf_counter() < stop:
                whole.append((await ask(client, body))[1])

    begun = time.perf_counter()
    health, *_ = await asyncio.gather(probe(url, stop), *(one() for _ in range(clients)))
    spent = time.perf_counter() - begun
    return {"requests_per_second": len(whole) / spent, **quantiles("answer", whole), **quantiles("health", health)}


async def probe(url: str, stop: float) -> list[float]:
    """Seconds of each GET /health, twenty a second until `stop`."""
    found = []
    async with Client(url) as client:
        while time.perf_counter() < stop:
            begun = time.perf_counter()
            client.send("GET", "/health")
            await client.receive()
            found.append(time.perf_counter() - begun)
            await asyncio.sleep(max(0.05 - found[-1], 0))
    return found


async def first_tokens(url: str, model: str, times: int = 40) -> list[float]:
    """Seconds to the first bytes of streams, one client."""
    async with Client(url) as client:
        return [(await ask(client, {**ASK, "model": model, "stream": True}))[0] for _ in range(times)]


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


def quantiles(name: str, seconds: list[float]) -> dict[str, float]:
    return {f"{name}_p{q}_ms": float(np.percentile(seconds, q)) * 1000 for q in (50, 99)}


async def measure(url: str, model: str) -> dict[str, object]:
    idle = await probe(url, time.perf_counter() + 3)
    await load(url, model, 4, 1)  # warm
    found: dict[str, object] = {**quantiles("idle_health", idle)}
    found |= quantiles("first_token", await first_tokens(url, model))
    for clients in (1, 8, 32):
        found[f"clients_{clients}"] = await load(url, model, clients, SECONDS)
        print(clients, found[f"clients_{clients}"], flush=True)
    async with Client(url) as client:
        _, seconds, answers = await ask(client, {**ASK, "model": model, "n": 32})
    found["answers_per_second_n_32"] = answers / seconds
    found |= await hang_up(url, model)
    return found | await huge(url, model)


@contextmanager
def server(policy: Path) -> Iterator[str]:
    """The address of a server of its own process."""
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=serve_policy, args=(there, policy))
    process.start()
    yield here.recv()
    process.terminate()
    process.join()


def serve_policy(connection: object, policy: Path) -> None:
    from astor.serving.serve import serve

    serve(policy, "127.0.0.1", 0, "tiny", connection.send)  # type: ignore[attr-defined]


def make_policy(directory: Path) -> None:
    from astor.policies.options import TinyOptions
    from astor.policies.policy import save_policy
    from astor.policies.tiny import make_policy

    text = "write f for list: reverse, then first item\ndef f(x):\n    return x + 1\nassert f([1, 2]) == 3"
    save_policy(make_policy([text], TinyOptions(), seed=0), directory, recipe_digest="r")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--policy", type=Path)
    parser.add_argument("--url", help="of an endpoint that runs")
    parser.add_argument("--model", default="tiny")
    arguments = parser.parse_args()
    if arguments.url:
        print(json.dumps(asyncio.run(measure(arguments.url, arguments.model))))
        return
    with tempfile.TemporaryDirectory() as directory:
        if arguments.policy is None:
            maker = get_context("spawn").Process(target=make_policy, args=(Path(directory),))
            maker.start()
            maker.join()
        with server(arguments.policy or Path(directory)) as url:
            print(json.dumps(asyncio.run(measure(url, arguments.model))))


if __name__ == "__main__":
    main()
