"""How fast whole rounds are beside TRL's GRPOTrainer: the same model, prompts, groups, lengths, reward and updates.

    make trl
    OMP_NUM_THREADS=1 python benchmarks/training.py --peer .venv-trl/bin/python
    OMP_NUM_THREADS=1 python benchmarks/training.py --peer .venv-trl/bin/python --model smollm2 --prompts 4 --rounds 2

Both sides are started, then do one round each in turns: what else the machine does hits both alike. The first round of
each is not counted. Every answer has as many tokens as it may have. TRL generates with transformers; it computes the
same reference policy for its KL term, accumulates micro-batches of as many tokens, and keeps activations, as ours does.
Seconds are of one process's CPU, which with one thread are those of a machine where nothing else runs; on a card they
are of the wall. The last line is JSON: medians of seconds, tokens per second and peak memory of each side, and the
median over turns of TRL's seconds over ours, of which `wall` is what a clock on the wall saw.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from machine import measured
from models import model_of, prompts_of

HERE = Path(__file__).parent
PARTS = ("generation", "reward", "update")


class Side:
    """A process that does a round whenever it is told to."""

    def __init__(self, python: str, module: str, case: Path) -> None:
        command = [python, "-m", f"training_peers.{module}", str(case)]
        self.process = subprocess.Popen(command, cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def round(self) -> dict[str, float]:
        """What the next round took."""
        started = time.perf_counter()
        assert self.process.stdin is not None, "it is a pipe"
        assert self.process.stdout is not None, "it is a pipe"
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        for line in self.process.stdout:
            if line.startswith("round "):
                figures: dict[str, float] = json.loads(line.removeprefix("round "))
                wall = time.perf_counter() - started
                return figures | {"seconds": sum(figures[part] for part in PARTS), "wall": wall}
        raise SystemExit(f"{self.process.args} ended with {self.process.wait()}")


def summary(rounds: list[dict[str, float]]) -> dict[str, float]:
    """Medians over rounds, and the peak."""
    found = {name: round(median(one[name] for one in rounds), 3) for name in ("seconds", *PARTS, "wall")}
    found["tokens_per_second"] = round(median(one["tokens"] / one["seconds"] for one in rounds), 1)
    return found | {"peak_mb": round(max(one["peak_bytes"] for one in rounds) / 1e6)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", required=True, help="Python of the environment with TRL")
    parser.add_argument("--model", default="tiny", help="tiny, smollm2, or a Hugging Face directory")
    parser.add_argument("--prompts", type=int, default=64, help="a round")
    parser.add_argument("--rollouts", type=int, default=8, help="a prompt")
    parser.add_argument("--tokens", type=int, default=10, help="an answer")
    parser.add_argument("--updates", type=int, default=2, help="optimizer steps of a round")
    parser.add_argument("--tokens-per-micro-batch", type=int, default=16384)
    parser.add_argument("--rounds", type=int, default=5, help="that count, after one that does not")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        model, policy = model_of(asked.model, Path(directory) / "policy")
        case: dict[str, Any] = {
            "model": str(model),
            "prompts": prompts_of(policy, asked.prompts * (asked.rounds + 1)),
            "prompts_per_round": asked.prompts,
            "rollouts": asked.rollouts,
            "answer_tokens": asked.tokens,
            "updates": asked.updates,
            "tokens_per_micro_batch": asked.tokens_per_micro_batch,
            "threads": asked.threads,
            "device": asked.device,
        }
        parameters = policy.model.num_parameters()
        del policy  # the memory is for those who are measured
        path = Path(directory) / "case.json"
        path.write_text(json.dumps(case))
        sides = {
            "astor": Side(sys.executable, "with_astor", path),
            "trl": Side(str(Path(asked.peer).absolute()), "with_trl", path),
        }
        rounds: dict[str, list[dict[str, float]]] = {name: [] for name in sides}
        for number in range(asked.rounds + 1):
            for name, side in sides.items():
                figures = side.round()
                print(f"{number} {name:6} {json.dumps(figures)}", flush=True)
                rounds[name] += [figures] * (number > 0)
    for ours, theirs in zip(*rounds.values(), strict=True):
        assert all(ours[name] == theirs[name] for name in ("prompt_tokens", "tokens")), "not the same work"
    ratios = {
        part: round(median(t[part] / o[part] for o, t in zip(rounds["astor"], rounds["trl"], strict=True)), 2)
        for part in ("seconds", "generation", "update", "wall")
    }
    result = {
        **measured("training"),
        **{name: value for name, value in vars(asked).items() if name != "peer"},
        "parameters": parameters,
        **{name: summary(found) for name, found in rounds.items()},
        "trl_over_astor": ratios,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
