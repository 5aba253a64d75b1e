"""How fast an update is beside bare forward and backward passes of the same model over the same rows.

    OMP_NUM_THREADS=1 python benchmarks/update.py
    OMP_NUM_THREADS=1 python benchmarks/update.py --model smollm2 --prompts 4 --rollouts 4

Answers are sampled, and all as long as they may be. An update makes log-probabilities of the reference policy and of
the policy at the start of the round, sketches of the gradient, the loss, and optimizer steps. The bare passes are what
is written without any of that: rows of prompt and answer, right padded, in micro-batches of as many tokens, logits at
the answers alone, the mean of their log-probabilities, its gradient. Both do each round in turns. The last line is
JSON: medians of seconds, and the median over rounds of bare seconds over the update's. On a CPU they are CPU seconds.
"""

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import torch
from machine import measured
from models import model_of, prompts_of
from rounds import Training
from torch.nn.functional import cross_entropy
from training_peers.turns import Case, clock

from astor.policies.ranks import Ranks
from astor.records import Completion


def bare(model: torch.nn.Module, completions: Sequence[Completion], most_tokens: int) -> float:
    """Seconds of forward and backward passes over prompts and answers."""
    started = clock(model.device.type)
    rows = sorted(([*one.prompt_tokens, *one.tokens], len(one.prompt_tokens)) for one in completions)
    rows.sort(key=lambda row: len(row[0]))
    count = sum(len(tokens) - prompt for tokens, prompt in rows)
    while rows:
        taken = 1
        while taken < len(rows) and (taken + 1) * len(rows[taken][0]) <= most_tokens:
            taken += 1
        piece, rows = rows[:taken], rows[taken:]
        tokens = torch.zeros(taken, max(len(row) for row, _ in piece), dtype=torch.long)
        answers = torch.zeros_like(tokens, dtype=torch.bool)
        for place, (row, prompt) in enumerate(piece):
            tokens[place, : len(row)] = torch.tensor(row)
            answers[place, prompt : len(row)] = True
        tokens, answers = tokens.to(model.device), answers.to(model.device)
        hidden = model.base_model(input_ids=tokens[:, :-1]).last_hidden_state[answers[:, 1:]]
        logits = model.get_output_embeddings()(hidden).float()
        (cross_entropy(logits, tokens[answers], reduction="sum") / count).backward()
    model.zero_grad(set_to_none=True)
    if model.device.type == "cuda":
        torch.cuda.synchronize()
    return clock(model.device.type) - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="tiny", help="tiny, smollm2, or a Hugging Face directory")
    parser.add_argument("--prompts", type=int, default=64, help="a round")
    parser.add_argument("--rollouts", type=int, default=8, help="a prompt")
    parser.add_argument("--tokens", type=int, default=40, help="an answer")
    parser.add_argument("--updates", type=int, default=2, help="optimizer steps of a round")
    parser.add_argument("--tokens-per-micro-batch", type=int, default=16384)
    parser.add_argument("--rounds", type=int, default=5, help="that count, after one that does not")
    parser.add_argument("--threads", type=int, default=1)
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    seconds: dict[str, list[float]] = {"update": [], "bare": []}
    parts: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as directory, Ranks(1, asked.threads) as ranks:
        model, policy = model_of(asked.model, Path(directory) / "policy")
        case = Case(
            model=str(model),
            prompts=prompts_of(policy, asked.prompts * (asked.rounds + 1)),
            prompts_per_round=asked.prompts,
            rollouts=asked.rollouts,
            answer_tokens=asked.tokens,
            updates=asked.updates,
            tokens_per_micro_batch=asked.tokens_per_micro_batch,
            threads=asked.threads,
            device=policy.device.type,
        )
        training = Training(case, ranks)
        for number in range(case.rounds):
            played = training.play(number)
            trained = training.trainer.policy.model
            taken = {
                "update": training.update(played),
                "bare": bare(trained, played.completions, case.tokens_per_micro_batch),
            }
            spent = {name: value for name, value in training.trainer.metrics.items() if name.endswith("_seconds")}
            print(number, json.dumps(taken | spent), flush=True)
            if number:
                parts.append(spent)
                for name, value in taken.items():
                    seconds[name].append(value)
    result = {
        **measured("update"),
        **vars(asked),
        "parameters": policy.model.num_parameters(),
        "update_seconds": round(median(seconds["update"]), 3),
        "share_of_update": {
            name: round(median(part[name] / sum(part.values()) for part in parts), 3) for name in parts[0]
        },
        "bare_seconds": round(median(seconds["bare"]), 3),
        "bare_over_update": round(median(b / u for u, b in zip(*seconds.values(), strict=True)), 2),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
