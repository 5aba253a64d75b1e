"""What an endpoint grows by over minutes of load.

    python benchmarks/serving_endurance.py [--policy DIR] [--minutes 10] [--clients 8]

Starts `astor serve` with the policy, a tiny one with random weights by default. Clients ask without pause: whole
answers, streams, scored prompts, bodies that are refused, and one in ten hangs up on a long answer. Every minute it
prints the resident memory of the server's process and of the model's, and their open descriptors. The last line is
JSON: those after 1, 5 and 10 minutes (after a tenth, a half and all of `--minutes`). It exits with 1 where memory grew
by more than `GROWTH_MB` from the first of them to the last.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import psutil
from clients import ASK, Client, ask
from serving import make_policy, measured_here, served_name, serving

GROWTH_MB = 16.0
"""More than this is a leak. Our choice: 2 % of what a server and its model take."""


def look(server: psutil.Process) -> dict[str, float]:
    """Memory and descriptors of the server and of its model's process."""
    model = max(server.children(recursive=True), key=lambda child: child.memory_info().rss)
    told = {"server": server, "model": model}
    return {f"{name}_rss_mb": round(one.memory_info().rss / 2**20, 1) for name, one in told.items()} | {
        f"{name}_descriptors": one.num_fds() for name, one in told.items()
    }


async def client(url: str, model: str, stop: float, chance: random.Random, counts: dict[str, int]) -> None:
    """Ask, in one of the ways that there are, until the time is over."""
    while time.monotonic() < stop:
        async with Client(url) as one:
            kind = chance.choice(["whole", "stream", "scored", "refused", "hung up"] + ["whole"] * 5)
            counts[kind] = counts.get(kind, 0) + 1
            body = {**ASK, "model": model, "max_tokens": chance.randint(1, 32)}
            if kind in ("whole", "stream"):
                await ask(one, body | {"stream": kind == "stream", "n": chance.randint(1, 4)})
            elif kind == "hung up":
                one.send("POST", "/v1/chat/completions", json.dumps(body | {"n": 32, "max_tokens": 256}).encode())
                await asyncio.sleep(chance.random() * 0.1)
            else:
                prompt = "def f(x): return x + 1" * chance.randint(1, 5) if kind == "scored" else "x" * (1 << 20)
                body = {"model": model, "prompt": prompt, "max_tokens": 0, "echo": True, "logprobs": 2}
                one.send("POST", "/v1/completions", json.dumps(body).encode())
                status, *_ = await one.receive()
                assert status == (200 if kind == "scored" else 400), status


async def endure(url: str, server: psutil.Process, minutes: float, clients: int) -> list[dict[str, float]]:
    """What was seen at the start and after every tenth of the time."""
    begun, counts = time.monotonic(), dict[str, int]()
    stop, model = begun + minutes * 60, served_name(url)
    asking = [asyncio.create_task(client(url, model, stop, random.Random(seed), counts)) for seed in range(clients)]
    looks = []
    for tenth in range(1, 11):
        await asyncio.sleep(max(begun + tenth * minutes * 6 - time.monotonic(), 0))
        looks.append({"minute": round(tenth * minutes / 10, 2), **look(server), "requests": sum(counts.values())})
        print(looks[-1], file=sys.stderr, flush=True)
    await asyncio.gather(*asking)
    return looks


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--policy", type=Path)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--clients", type=int, default=8)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory, ProcessPoolExecutor(1, get_context("spawn")) as pool:
        policy = arguments.policy or Path(directory) / "policy"
        if arguments.policy is None:
            pool.submit(make_policy, policy).result()
        measured = pool.submit(measured_here, "serving_endurance").result()
        pool.shutdown()
        with serving(policy, Path(__file__).parents[1]) as (url, process):
            server = psutil.Process(process.pid)
            looks = asyncio.run(endure(url, server, arguments.minutes, arguments.clients))
    first, half, last = looks[0], looks[4], looks[9]
    grown = sum(last[name] - first[name] for name in ("server_rss_mb", "model_rss_mb"))
    print(json.dumps({**measured, "looks": [first, half, last], "grown_mb": round(grown, 1)}))
    sys.exit(grown > GROWTH_MB)


if __name__ == "__main__":
    main()
