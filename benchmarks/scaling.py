"""How long a round takes as its batch, its answers, its policy and its ranks grow, one of them at a time.

    OMP_NUM_THREADS=1 python benchmarks/scaling.py

Policies are tiny ones of random weights, and every answer is as long as it may be. All settings do a round each in
turns, the first of which is not counted. Seconds are of CPU, of several ranks those of the first. The last line is
JSON: for each setting medians of seconds, and tokens sampled and trained on per second.
"""

import argparse
import json
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import torch
from machine import measured
from models import model_of, prompts_of
from rounds import Training
from training_peers.turns import Case

from astor.policies.options import TinyOptions
from astor.policies.ranks import Ranks

SIZES = {
    "0.3M": TinyOptions(),
    "2M": TinyOptions(hidden_size=192, layers=6, heads=6, key_value_heads=2, mlp_size=512),
    "9M": TinyOptions(hidden_size=384, layers=6, heads=6, key_value_heads=2, mlp_size=1024),
}
BASE = {"prompts": 16, "tokens": 32, "size": "0.3M", "ranks": 1}
GROWN = {"prompts": (4, 64), "tokens": (8, 128), "size": ("2M", "9M"), "ranks": (2,)}
SETTINGS = [BASE, *(BASE | {name: value} for name, values in GROWN.items() for value in values)]
ROLLOUTS = 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=2, help="that count, after one that does not")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    taken: list[list[dict[str, float]]] = [[] for _ in SETTINGS]
    parameters = {}
    with tempfile.TemporaryDirectory() as directory, ExitStack() as running:
        trainings = []
        for setting in SETTINGS:
            size = str(setting["size"])
            model, policy = model_of("tiny", Path(directory) / str(len(trainings)), SIZES[size])
            parameters[size] = policy.model.num_parameters()
            prompts = int(setting["prompts"])
            case = Case(
                model=str(model),
                prompts=prompts_of(policy, prompts * (asked.rounds + 1)),
                prompts_per_round=prompts,
                rollouts=ROLLOUTS,
                answer_tokens=int(setting["tokens"]),
                updates=2,
                tokens_per_micro_batch=16384,
                threads=1,
                device="cpu",
            )
            trainings.append(Training(case, running.enter_context(Ranks(int(setting["ranks"]), 1))))
        for number in range(asked.rounds + 1):
            for training, found in zip(trainings, taken, strict=True):
                figures = training.round(number)
                found += [figures] * (number > 0)
    rows = []
    for setting, found in zip(SETTINGS, taken, strict=True):
        seconds = {part: round(median(one[part] for one in found), 3) for part in ("generation", "update")}
        rates = {part: round(found[0]["tokens"] / median(one[part] for one in found)) for part in seconds}
        rows.append({**setting, **seconds, "tokens_per_second": rates})
        print(json.dumps(rows[-1]))
    result = {**measured("scaling"), "rollouts": ROLLOUTS, "parameters": parameters, "rows": rows}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
