"""What gradient sketches cost in an update, and how far their cosines lie from exact ones.

    OMP_NUM_THREADS=1 python benchmarks/sketches.py
    OMP_NUM_THREADS=1 python benchmarks/sketches.py --policy DIRECTORY --prompts 8 --rounds 3

Rounds are as the quickstart's: 64 prompts of four tasks, 8 rollouts each, four mini-batches, one rank; rewards are
coins, so that all groups are informative, which costs most. Without --policy the policy has the quickstart's size and
random weights. Each round is updated with the default share of mini-batches sketched and with all of them; what that
takes is timed in the update itself, and summed over rounds. Exact gradients are made prompt by prompt on the sketched
weights. The last line is JSON: per cent of the rest of an update, and the largest error of a cosine.
"""

import argparse
import json
from itertools import combinations, islice
from pathlib import Path
from statistics import median

import numpy as np
import torch
from rollout import demonstrations
from torch import Tensor

from astor.coordination.groups import valid_advantages
from astor.losses.grpo import Grpo
from astor.policies.options import TinyOptions
from astor.policies.policy import Policy, load_policy
from astor.policies.tiny import make_policy
from astor.records import Batch, Completion, Group, UpdateReport
from astor.rollout.engine import Request
from astor.rollout.live import live_sampler
from astor.rollout.options import TransformersEngineOptions
from astor.training.engines.torch import TorchEngine
from astor.training.micro_batch import make_micro_batch
from astor.training.options import SketchOptions, TorchOptions
from astor.training.rows import training_groups

Round = tuple[list[Completion], list[Group], Batch]


def play(policy: Policy, number: int, prompts: int, max_tokens: int) -> Round:
    """One round of real answers to prompts of every task, each of which is worth 0 or 1 by a coin."""
    asked = list(islice(demonstrations(), number * prompts, (number + 1) * prompts))
    requests = [
        Request(tuple(policy.chat.encode(one.messages)), 8, max_tokens, seed=1000 * number + i, temperature=1.0)
        for i, one in enumerate(asked)
    ]
    samples = iter(live_sampler(policy, TransformersEngineOptions()).generate(requests))
    random = np.random.default_rng(number)
    completions, groups = [], []
    for index, (one, request) in enumerate(zip(asked, requests, strict=True)):
        mine = list(islice(samples, request.rollouts))
        completions += [
            Completion(
                prompt_id=str(index),
                rollout=rollout,
                task=one.task,
                policy_digest="",
                prompt_tokens=tuple(request.prompt_tokens),
                tokens=sample.tokens,
                logp_rollout=sample.logps,
                loss_mask=(True,) * len(sample.tokens),
                text="",
                finish_reason=sample.finish_reason,
            )
            for rollout, sample in enumerate(mine)
        ]
        rewards = tuple(random.permutation([0.0] * 4 + [1.0] * 4).tolist())
        groups.append(
            Group(
                prompt_id=str(index),
                task=one.task,
                rewards=rewards,
                advantages=valid_advantages(rewards, Grpo().advantages, 1e-6),
                informative=True,
                kept=True,
            )
        )
    tasks = sorted({one.task for one in asked})
    quotas = {task: sum(one.task == task for one in asked) for task in tasks}
    coefficients = dict.fromkeys(tasks, 1e-3)
    batch = Batch(
        round=number,
        policy_digest=None,
        seed=number,
        temperature=1.0,
        rows=(),
        quotas=quotas,
        kl_coefficients=coefficients,
    )
    return completions, groups, batch


def engine(first: Policy, reference: Policy, mini_batches: int, share: float, size: int) -> TorchEngine:
    """An engine over a copy of the first policy."""
    model = type(first.model)(first.model.config)
    model.load_state_dict(first.model.state_dict())
    sketch = SketchOptions(share=share, size=size)
    options = TorchOptions(mini_batches=mini_batches, sketch=sketch, engine_tolerance=1e9)
    return TorchEngine(Policy(model.eval(), first.chat.tokenizer), reference, options)


def exact_gradients(trainer: TorchEngine, played: Round) -> dict[str, Tensor]:
    """Task → the mean over its groups of the gradient of their token means, on the sketched weights."""
    completions, groups, batch = played
    weights = [map.weight for map in trainer.probe.maps]
    names = list(batch.quotas)
    totals: dict[str, Tensor] = {}
    for group in training_groups(completions, groups, batch):
        piece = make_micro_batch([group], trainer.policy.device)
        deviation = float(np.std(group.advantages, ddof=1))
        loss = (-piece.advantages * piece.logps(trainer.policy.model, 1.0)).masked_fill(~piece.mask, 0.0).sum()
        found = torch.autograd.grad(loss / piece.mask.sum() / deviation, weights)
        flat = torch.cat([gradient.flatten() for gradient in found]).double()
        totals[names[group.task]] = totals.get(names[group.task], 0) + flat
    return totals


def cosine_errors(report: UpdateReport, exact: dict[str, Tensor]) -> list[float]:
    """Sketched less exact cosine, of every pair of tasks."""
    sketched = {task: torch.tensor(report.sketches[task], dtype=torch.float64).sum(dim=0) for task in exact}
    return [
        (
            torch.cosine_similarity(sketched[a], sketched[b], dim=0)
            - torch.cosine_similarity(exact[a], exact[b], dim=0)
        ).item()
        for a, b in combinations(exact, 2)
    ]


def seconds(trainer: TorchEngine, played: Round) -> tuple[float, float]:
    """Time of an update that goes into sketches, and into the rest."""
    trainer.update(*played, sketch="gradient")
    told = {name: value for name, value in trainer.metrics.items() if name.endswith("_seconds")}
    sketching = told.pop("sketch_seconds")
    return sketching, sum(told.values())


def main() -> None:
    """Print figures of each kind and one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--policy", type=Path, help="a policy's directory; a tiny one of random weights without")
    parser.add_argument("--prompts", type=int, default=64)
    parser.add_argument("--max-tokens", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--size", type=int, default=SketchOptions().size)
    arguments = parser.parse_args()
    if arguments.policy:
        first, reference = load_policy(arguments.policy), load_policy(arguments.policy)
    else:
        texts = ["".join(m.content for m in one.messages) + one.answer for one in islice(demonstrations(), 2000)]
        first, reference = (make_policy(texts, TinyOptions(), 0) for _ in range(2))
    rounds = [play(first, n, arguments.prompts, arguments.max_tokens) for n in range(arguments.rounds)]
    errors: list[float] = []
    for played in rounds:
        whole = engine(first, reference, 1, 1.0, arguments.size)
        exact = exact_gradients(whole, played)
        errors += cosine_errors(whole.update(*played, sketch="gradient"), exact)
    cost, rest = {}, 0.0
    for share in (SketchOptions().share, 1.0):
        trainer = engine(first, reference, 4, share, arguments.size)
        seconds(trainer, rounds[0])
        sketching, others = zip(*(seconds(trainer, played) for played in rounds), strict=True)
        cost[share], rest = 100 * sum(sketching) / sum(others), median(others)
        print(f"sketching {share:.0%} of the mini-batches takes {cost[share]:.1f} % of an update's other {rest:.3f} s")
    print(f"cosines of {len(errors)} pairs of tasks are off by {max(map(abs, errors)):.4f} at most")
    result = {
        "benchmark": "sketches",
        "parameters": sum(map.weight.numel() for map in trainer.probe.maps),
        "size": arguments.size,
        "update_seconds": round(rest, 4),
        "percent": {str(share): round(value, 2) for share, value in cost.items()},
        "largest_cosine_error": round(max(map(abs, errors)), 5),
        "root_mean_square_cosine_error": round(float(np.sqrt(np.mean(np.square(errors)))), 5),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
