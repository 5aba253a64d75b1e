"""Schedulers in simulated worlds: useful groups per rollout, scores at the end, and where the budget went.

Every scheduler lives in every world of `astor.experiments.simulator.worlds`, with some seeds each; a scheduler's rounds
end where its prompts equal those of the others, however many of them a batch discarded. The last line is JSON.
"""

import argparse
import json
import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from astor.coordination.catalogue import scheduler_classes
from astor.experiments.simulator.simulation import History, simulate
from astor.experiments.simulator.world import World
from astor.experiments.simulator.worlds import WORLDS

BATCH = 48
DYNAMIC: dict[str, Any] = {"by": "dynamic", "draws": 3}
METHODS: dict[str, dict[str, Any]] = {
    "astor": {"type": "astor", "warm_up_rounds": 10},
    "astor, reliability": {"type": "astor", "warm_up_rounds": 10, "utility": {"noise": "reliability"}},
    "astor, relative": {"type": "astor", "warm_up_rounds": 10, "utility": {"combine": "relative"}},
    "astor, first order": {
        "type": "astor",
        "warm_up_rounds": 10,
        "utility": {"potential": {"measure": "first_order"}},
    },
    "astor, dynamic": {"type": "astor", "warm_up_rounds": 10, "batches": DYNAMIC},
    "uniform": {"type": "uniform"},
    "uniform, dynamic": {"type": "uniform", "batches": DYNAMIC},
    "learnability": {"type": "learnability"},
    "mt_grpo": {"type": "mt_grpo"},
    "mt_grpo, plain": {"type": "mt_grpo", "batches": {"by": "plain", "inflation": 1.0}},
    "mt_grpo, reward": {"type": "mt_grpo", "signal": "reward", "weight_decay": 1e-2},
    "sec": {"type": "sec"},
    "dump": {"type": "dump"},
    "pac": {"type": "pac", "warm_up_rounds": 10},
}
DEAD = ("saturated", "hopeless", "noisy")


def live(world: World, options: Mapping[str, Any], rounds: int, seed: int) -> dict[str, Any]:
    """One life, cut off where its prompts are those of `rounds` batches."""
    kind = scheduler_classes()[options["type"]]
    scheduler = kind(kind.options_type.model_validate(options), world.infos(seed), seed)
    history = simulate(scheduler, world, rounds, BATCH, seed)
    spent = history.generated.sum(axis=1).cumsum()
    return figures(history, int(np.searchsorted(spent, rounds * BATCH, side="right")), world)


def figures(history: History, rounds: int, world: World) -> dict[str, Any]:
    """Of the first `rounds` rounds; scores at their end, noisy tasks left out."""
    told = [index for index, task in enumerate(world.tasks.values()) if not task.coins]
    scores = history.scores[min(rounds, len(history.scores) - 1)][told]
    late = slice(rounds // 2, rounds)
    drawn = history.generated[late].sum(axis=0) / history.generated[late].sum()
    return {
        "useful": float(history.useful[:rounds].sum() / history.generated[:rounds].sum()),
        "mean": float(scores.mean()),
        "worst": float(scores.min()),
        "drawn": dict(zip(history.tasks, drawn.tolist(), strict=True)),
    }


def mean(lives: list[dict[str, Any]]) -> dict[str, Any]:
    """Means over seeds."""
    told = {name: float(np.mean([life[name] for life in lives])) for name in ("useful", "mean", "worst")}
    return told | {
        "drawn": {task: float(np.mean([life["drawn"][task] for life in lives])) for task in lives[0]["drawn"]}
    }


def main() -> None:
    """Print a table and one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--worlds", nargs="*", choices=list(WORLDS), default=list(WORLDS))
    parser.add_argument("--methods", nargs="*", choices=list(METHODS), default=list(METHODS))
    arguments = parser.parse_args()
    start, found = time.perf_counter(), dict[str, dict[str, Any]]()
    for name in arguments.worlds:
        print(f"\n{name}\n{'':20} useful  mean  worst   share of what was drawn, second half")
        found[name] = {}
        for method in arguments.methods:
            seeds = range(arguments.seeds)
            told = mean([live(WORLDS[name], METHODS[method], arguments.rounds, seed) for seed in seeds])
            found[name][method] = told | {"dead": sum(told["drawn"].get(task, 0.0) for task in DEAD)}
            drawn = "  ".join(f"{task} {share:.2f}" for task, share in told["drawn"].items())
            print(f"{method:20} {told['useful']:.3f}  {told['mean']:.3f}  {told['worst']:.3f}  {drawn}", flush=True)
    lives = len(arguments.worlds) * len(arguments.methods) * arguments.seeds
    result = {
        "benchmark": "simulate",
        "rounds": arguments.rounds,
        "batch": BATCH,
        "seeds": arguments.seeds,
        "seconds_per_round": (time.perf_counter() - start) / (lives * arguments.rounds),
        "worlds": found,
    }
    print(json.dumps(result, default=float))


if __name__ == "__main__":
    main()
