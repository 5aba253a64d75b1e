"""How fast completions are sampled, and scored again for training: our own loop beside transformers' `generate`.

    python benchmarks/rollout.py --threads 1
    python benchmarks/rollout.py --packaged smollm2 --prompts 8 --max-tokens 32

Without --policy a tiny policy is warm-started for 300 steps on the spot, so that its answers end as a trained one's do.
Prompts are of all four tasks. `generate` gets each prompt once per rollout, left padded, and keeps the logits that its
log-probabilities are made from; both sample at temperature 1 up to the same number of tokens, in turns, and the best of
three counts. Tokens are those up to the stop token. `forward` is what sampling cannot do without: passes of one token a
row over the rows that our own loop had left at each step, with nothing drawn from them. The last line is JSON: tokens
per second, and the medians over turns of our rate over that of `generate` and of `forward`.
"""

import argparse
import json
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from statistics import median

import torch
from machine import measured
from training_peers.turns import clock

from astor.data.procedural import ProceduralOptions, ProceduralSource
from astor.data.splits import SplitOptions
from astor.policies.logprobs import completion_logps
from astor.policies.options import TinyOptions, WarmStartOptions
from astor.policies.package import package_directory
from astor.policies.policy import Policy, load_policy
from astor.records import Demonstration
from astor.rollout.engine import Request
from astor.rollout.live import live_sampler
from astor.rollout.options import TransformersEngineOptions
from astor.tasks.catalogue import task_classes
from astor.training.warm_start import warm_start

REPEATS = 3


def demonstrations() -> Iterator[Demonstration]:
    """Of generated items, each task's in turn, without end."""
    tasks = [task(task.options_type()) for task in task_classes().values()]
    source = ProceduralSource(ProceduralOptions(), SplitOptions())
    for item in source.items():
        for task in tasks:
            for example in task.examples(item, source.split_of(item)):
                if example.answer is not None:
                    yield Demonstration(task=task.key, messages=example.prompt.messages, answer=example.answer)


def sample_with_generate(policy: Policy, prompts: list[list[int]], rollouts: int, max_tokens: int) -> int:
    """Tokens sampled by `generate`, with their log-probabilities."""
    rows = [prompt for prompt in prompts for _ in range(rollouts)]
    longest = max(map(len, rows))
    pad = next(iter(policy.chat.stop_tokens))
    tokens = torch.tensor([[pad] * (longest - len(row)) + row for row in rows], device=policy.device)
    mask = torch.tensor([[0] * (longest - len(row)) + [1] * len(row) for row in rows], device=policy.device)
    output = policy.model.generate(
        tokens,
        attention_mask=mask,
        do_sample=True,
        temperature=1.0,
        top_k=0,
        top_p=1.0,
        max_new_tokens=max_tokens,
        pad_token_id=pad,
        eos_token_id=sorted(policy.chat.stop_tokens),
        return_dict_in_generate=True,
        output_logits=True,
    )
    answers = output.sequences[:, longest:]
    for logits, column in zip(output.logits, answers.T, strict=True):
        torch.log_softmax(logits, dim=-1).gather(-1, column[:, None])
    ended = torch.isin(answers, torch.tensor(sorted(policy.chat.stop_tokens), device=policy.device))
    return int((ended.cumsum(dim=1) - ended.long() == 0).sum())


@torch.inference_mode()
def forward_alone(policy: Policy, prompts: list[list[int]], groups: list[list[tuple[int, ...]]]) -> int:
    """Tokens fed, each in a pass with the rows that go on for as long; prompts are computed once."""
    answers = [(answer, owner) for owner, group in enumerate(groups) for answer in group]
    answers.sort(key=lambda row: len(row[0]), reverse=True)
    owners = torch.tensor([owner for _, owner in answers], device=policy.device)
    lengths = torch.tensor([len(answer) for answer, _ in answers])
    longest, width = int(lengths[0]), max(map(len, prompts))
    tokens = torch.zeros(len(answers), longest, dtype=torch.long)
    for place, (answer, _) in enumerate(answers):
        tokens[place, : len(answer)] = torch.tensor(answer)
    asked = torch.tensor([[0] * (width - len(prompt)) + list(prompt) for prompt in prompts], device=policy.device)
    mask = torch.tensor([[0] * (width - len(prompt)) + [1] * len(prompt) for prompt in prompts], device=policy.device)
    places = (mask.cumsum(dim=1) - 1).clamp(min=0)
    output = policy.model(input_ids=asked, attention_mask=mask, position_ids=places, use_cache=True, logits_to_keep=1)
    cache = output.past_key_values
    cache.batch_select_indices(owners)
    mask, place = mask[owners], places[owners, -1:] + 1
    tokens, alive = tokens.to(policy.device), len(answers)
    for step in range(longest - 1):
        going_on = int((lengths > step + 1).sum())
        if going_on < alive:
            alive = going_on
            cache.batch_select_indices(torch.arange(alive, device=policy.device))
            mask, place = mask[:alive], place[:alive]
        mask = torch.cat([mask, mask.new_ones(alive, 1)], dim=1)
        policy.model(
            input_ids=tokens[:alive, step : step + 1],
            attention_mask=mask,
            position_ids=place + step,
            past_key_values=cache,
            use_cache=True,
        )
    return int(lengths.sum())


def rate(work: Callable[[], int], device: str) -> float:
    """Tokens per second of wall time, on a CPU of its time."""
    started = clock(device)
    return work() / (clock(device) - started)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--policy", type=Path, help="a Hugging Face directory")
    parser.add_argument("--packaged", help="name of a packaged model instead, as smollm2")
    parser.add_argument("--prompts", type=int, default=64)
    parser.add_argument("--rollouts", type=int, default=8)
    parser.add_argument("--max-tokens", type=int, default=40)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    stream = demonstrations()
    asked = list(islice(stream, arguments.prompts))
    tiny = TinyOptions(warm_start=WarmStartOptions(steps=300))
    read = tiny.warm_start.demonstrations
    place = package_directory(arguments.packaged) if arguments.packaged else arguments.policy
    policy = load_policy(place) if place else warm_start(list(islice(stream, read)), tiny, seed=0)
    prompts = [policy.chat.encode(item.messages) for item in asked]
    sampler = live_sampler(policy, TransformersEngineOptions())
    requests = [
        Request(prompt, arguments.rollouts, arguments.max_tokens, seed, 1.0) for seed, prompt in enumerate(prompts)
    ]
    samples = sampler.generate(requests)
    count = arguments.rollouts
    groups = [[sample.tokens for sample in samples[i * count : (i + 1) * count]] for i in range(len(prompts))]

    def own() -> int:
        return sum(len(sample.tokens) for sample in sampler.generate(requests))

    def generate() -> int:
        return sample_with_generate(policy, prompts, count, arguments.max_tokens)

    def train() -> int:
        logps, mask = completion_logps(policy.model, prompts, groups, 1.0)
        (logps.sum() / mask.sum()).backward()
        policy.model.zero_grad()
        return int(mask.sum())

    def forward() -> int:
        return forward_alone(policy, prompts, groups)

    everything = (own, generate, forward, train)
    rates: dict[str, list[float]] = {work.__name__: [] for work in everything}
    for _ in range(REPEATS):
        for work in everything:
            rates[work.__name__].append(rate(work, policy.device.type))
            print(f"{work.__name__:10} {rates[work.__name__][-1]:10.0f} tokens/s")
    best = {name: round(max(found)) for name, found in rates.items()}
    over = {
        name: round(median(o / other for o, other in zip(rates["own"], rates[name], strict=True)), 2)
        for name in ("generate", "forward")
    }
    result = {
        **measured("rollout"),
        "prompts": arguments.prompts,
        "max_tokens": arguments.max_tokens,
        "parameters": policy.model.num_parameters(),
        "rollouts": len(samples),
        "mean_tokens": round(sum(len(sample.tokens) for sample in samples) / len(samples), 1),
        "threads": arguments.threads,
        "own_tokens_per_second": best["own"],
        "generate_tokens_per_second": best["generate"],
        "forward_tokens_per_second": best["forward"],
        "times_generate": over["generate"],
        "times_forward": over["forward"],
        "forward_and_backward_tokens_per_second": best["train"],
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
