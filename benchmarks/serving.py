"""How many requests an endpoint answers, how soon, and how /health fares beside them.

    python benchmarks/serving.py [--policy DIR] [--before CHECKOUT] [--rounds 5]

Starts `astor serve` with the policy, a tiny one with random weights by default. In every round, one after the other:
clients ask one chat answer of 16 tokens after the other, 1, 8 and 32 of them at once, while another process asks for
/health twenty times a second, as it does beside an idle server; one client asks for streams; one request has `n: 32`;
and transformers' own `generate` makes the same answers, one and 32 at a time. `--before`, a checkout of another commit,
has its server started too, and its first tokens compared with ours. At the end 60 clients hang up, and a body has 50
MB.

Whatever is compared was measured in the same round, a few seconds apart; of the rounds' figures and ratios the median
is told, so that what else runs on the machine weighs little. Quantiles are those of all rounds' requests together. The
last line is JSON.
"""

import argparse
import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context
from pathlib import Path
from urllib.request import urlopen

import numpy as np
from clients import ASK, Client, ask, first_tokens, hang_up, huge, load, probe

SECONDS, STREAMS = 3.0, 20
CLIENTS = (1, 8, 32)


@contextmanager
def serving(policy: Path, checkout: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The address and the process of `astor serve` as a checkout has it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "astor.cli", "serve", "--policy", str(policy), "--port", str(port)]
    environment = os.environ | {"PYTHONPATH": str(checkout)}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=checkout, env=environment, **quiet) as process:
        try:
            yield wait_for(f"http://127.0.0.1:{port}", process), process
        finally:
            process.terminate()


def wait_for(url: str, process: subprocess.Popen[bytes]) -> str:
    """The address, once it answers."""
    while process.poll() is None:
        try:
            urlopen(f"{url}/health")
            return url
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{process.args} ended with exit code {process.returncode}")


def served_name(url: str) -> str:
    """Of the model that is served."""
    name: str = json.loads(urlopen(f"{url}/v1/models").read())["data"][0]["id"]
    return name


class Generate:
    """transformers' own sampling of the same answers, in a process that lives as long as its pool."""

    def __init__(self, pool: Executor, policy: Path) -> None:
        self._pool, self._policy = pool, policy

    def answers_per_second(self, together: int) -> float:
        return self._pool.submit(generate, self._policy, together, SECONDS).result()


LOADED: dict[Path, tuple[object, list[int]]] = {}


def generate(policy: Path, together: int, seconds: float) -> float:
    """Answers a second of `generate` for so many prompts at a time."""
    import torch

    from astor.policies.policy import load_policy
    from astor.records import Message

    if policy not in LOADED:
        loaded = load_policy(policy)
        prompt = loaded.chat.encode([Message(role="user", content=ASK["messages"][0]["content"])])
        LOADED[policy] = loaded.model, prompt
    model, prompt = LOADED[policy]
    ids, count, begun = torch.tensor([prompt] * together), 0, time.perf_counter()
    with torch.inference_mode():
        while time.perf_counter() < begun + seconds:
            model.generate(
                ids, attention_mask=torch.ones_like(ids), do_sample=True, top_k=0, max_new_tokens=ASK["max_tokens"]
            )
            count += together
    return count / (time.perf_counter() - begun)


class Figures:
    """What the rounds found, by name."""

    def __init__(self) -> None:
        self.of_round: dict[str, list[float]] = defaultdict(list)
        self.seconds: dict[str, list[float]] = defaultdict(list)

    def rate(self, name: str, value: float) -> None:
        self.of_round[name].append(value)

    def latencies(self, name: str, seconds: Sequence[float]) -> None:
        self.seconds[name] += seconds
        self.of_round[f"{name}_median"].append(float(np.median(seconds)))

    def ratio(self, one: str, other: str) -> dict[str, float]:
        """The median over the rounds, and how far they lie apart."""
        ratios = np.array(self.of_round[one]) / np.array(self.of_round[other])
        return {"median": float(np.median(ratios)), "least": float(ratios.min()), "most": float(ratios.max())}

    def told(self) -> dict[str, object]:
        rates = {name: float(np.median(each)) for name, each in self.of_round.items() if not name.endswith("_median")}
        asked = [(name, each, quantile) for name, each in self.seconds.items() for quantile in (50, 99)]
        return rates | {f"{name}_p{q}_ms": float(np.percentile(each, q)) * 1000 for name, each, q in asked}


async def one_round(
    figures: Figures, urls: dict[str, str], models: dict[str, str], generating: Generate, prober: Executor
) -> None:
    """Ask the servers in turn, and `generate` beside them."""
    loop, ours = asyncio.get_running_loop(), urls["ours"]
    for name, url in urls.items():
        figures.latencies(f"{name}_first_token", await first_tokens(url, models[name], STREAMS))
    figures.latencies("idle_health", await loop.run_in_executor(prober, probe, ours, SECONDS))
    for clients in CLIENTS:
        begun = time.perf_counter()
        asked = load(ours, models["ours"], clients, SECONDS)
        health, seconds = await asyncio.gather(loop.run_in_executor(prober, probe, ours, SECONDS), asked)
        figures.rate(f"requests_per_second_{clients}", len(seconds) / (time.perf_counter() - begun))
        figures.latencies(f"answer_{clients}", seconds)
        figures.latencies(f"health_{clients}", health)
    async with Client(ours) as client:
        _, seconds_32, answers = await ask(client, {**ASK, "model": models["ours"], "n": 32})
    figures.rate("answers_per_second_n_32", answers / seconds_32)
    for together in (1, 32):
        figures.rate(f"generate_answers_per_second_{together}", generating.answers_per_second(together))


def measure(policy: Path, checkouts: dict[str, Path], rounds: int) -> dict[str, object]:
    """All rounds, and what they come to."""
    figures, spawn = Figures(), get_context("spawn")
    with ExitStack() as stack:
        urls = {name: stack.enter_context(serving(policy, checkout))[0] for name, checkout in checkouts.items()}
        prober = stack.enter_context(ProcessPoolExecutor(1, spawn))
        generating = Generate(stack.enter_context(ProcessPoolExecutor(1, spawn)), policy)
        models = {name: served_name(url) for name, url in urls.items()}
        for name, url in urls.items():
            asyncio.run(load(url, models[name], 4, 1))  # warm
        generating.answers_per_second(1)
        for number in range(rounds):
            asyncio.run(one_round(figures, urls, models, generating, prober))
            rates = [f"{name} {each[-1]:.1f}" for name, each in figures.of_round.items() if "per_second" in name]
            print(f"round {number + 1}: {', '.join(rates)}", file=sys.stderr, flush=True)
        last = asyncio.run(hang_up(urls["ours"], models["ours"])) | asyncio.run(huge(urls["ours"], models["ours"]))
    found = figures.told()
    ratios = {
        "32_clients_to_one": figures.ratio("requests_per_second_32", "requests_per_second_1"),
        "one_client_to_generate": figures.ratio("requests_per_second_1", "generate_answers_per_second_1"),
        "32_clients_to_generate_of_32": figures.ratio("requests_per_second_32", "generate_answers_per_second_32"),
    }
    if "before" in checkouts:
        ratios["first_token_to_before"] = figures.ratio("ours_first_token_median", "before_first_token_median")
    worst = max(found[f"health_{clients}_p99_ms"] for clients in CLIENTS)
    ratios["health_p99_under_load_to_idle"] = worst / found["idle_health_p99_ms"]
    return found | {"ratios": ratios} | last


def make_policy(directory: Path) -> None:
    from astor.policies.options import TinyOptions
    from astor.policies.policy import save_policy
    from astor.policies.tiny import make_policy

    texts = ["def g(a):\n    return a + 1\ng(41) == ?42", "write h for list: reverse, then first item", "x = [5, 6, 7]"]
    save_policy(make_policy(texts, TinyOptions(), seed=0), directory, recipe_digest="r")
    (directory / "policy.json").unlink()  # of which another commit may expect another form


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--policy", type=Path, help="a Hugging Face directory")
    parser.add_argument("--before", type=Path, help="a checkout of the commit that is compared with")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    checkouts = {"ours": Path(__file__).parents[1]}
    if arguments.before:
        checkouts["before"] = arguments.before
    with tempfile.TemporaryDirectory() as directory:
        policy = Path(directory) / "policy"
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            if arguments.policy is None:
                pool.submit(make_policy, policy).result()
            else:
                shutil.copytree(arguments.policy, policy, ignore=shutil.ignore_patterns("policy.json"))
            begun = pool.submit(measured_here).result()
        print(json.dumps(begun | measure(policy, checkouts, arguments.rounds)))


def measured_here(benchmark: str = "serving") -> dict[str, object]:
    """In a process of its own, for it loads torch."""
    from machine import measured

    return measured(benchmark)


if __name__ == "__main__":
    main()
