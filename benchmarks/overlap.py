"""What overlap saves in wall time, and what it costs in score at equal tokens: staleness 1 against 0, tiny policy.

    OMP_NUM_THREADS=1 python benchmarks/overlap.py
    OMP_NUM_THREADS=1 python benchmarks/overlap.py --seeds 2 --tokens 100000 --set batch.prompts=16 --store DIR

Each seed is the quickstart with one process, both ways in turns, to the same budget of tokens, both with truncated
importance weights; on two idle cores staleness 1 has one for each of its processes. A round's seconds are the wall time
from the end of one update to the end of the next, `apart` is what its steps took added up, `together` the larger of
sampling and training instead of both: what overlap comes to where neither waits for a core. Of rounds the median is
told, which a pause does not move. Scores are means over tasks on held-out prompts, sampled.

With `--store` the same command goes on where it was stopped, and with more seeds takes over what is there. After each
seed a line of JSON tells what all seeds so far come to; the last of them is the result.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from statistics import fmean, median
from typing import Any

from machine import measured

from astor.run.checkpoints import rounds_of
from astor.run.listing import open_run
from astor.run.pace import SAMPLED, TRAINED
from astor.storage import committed

PARTS = (SAMPLED, TRAINED, ("score",))


def run(store: Path, seed: int, staleness: int, tokens: int, overrides: list[str]) -> dict[str, Any]:
    """One run to its end: its scores, and seconds of its rounds."""
    name = f"overlap-{staleness}-{seed}"
    settings = [
        f"name={name}",
        f"seed={seed}",
        f"staleness={staleness}",
        f"budget.tokens={tokens}",
        "rounds=100000",
        "rounds_per_segment=100000",
        "processes=1",
        "training.loss.importance_cap=2",
        *overrides,
    ]
    command = [sys.executable, "-m", "astor.cli", "run", "quickstart", "--on", "process", "--store", str(store)]
    arguments = [part for setting in settings for part in ("--set", setting)]
    done = subprocess.run([*command, *arguments], stdout=subprocess.PIPE, text=True, check=True)
    result = json.loads(done.stdout.splitlines()[-1])
    (place,) = (store / "runs").glob(f"{name}-*/")
    trained = open_run(str(store), place.name)
    rounds = rounds_of(trained)
    ends = [(place / "rounds" / f"{round:05d}" / "update" / "manifest.json").stat().st_mtime for round in range(rounds)]
    steps = [
        [sum(_seconds(trained.places.at("rounds", round, kind)) for kind in kinds) for kinds in PARTS]
        for round in range(1, rounds)
    ]
    lag = [
        task.lag
        for round in range(1, rounds)
        for task in trained.artifacts.read(
            trained.artifacts.committed(trained.places.at("rounds", round, "update")), "report"
        ).tasks.values()
        if task.lag is not None
    ]
    figures = {
        "seed": seed,
        "staleness": staleness,
        "rounds": rounds,
        "before": fmean(result["scores_before"].values()),
        "after": fmean(result["scores_after"].values()),
        "seconds_per_round": median(end - before for before, end in pairwise(ends)),
        "apart": median(map(sum, steps)),
        "together": median(max(sampled, updated) + scored for sampled, updated, scored in steps),
        "lag": fmean(lag) if lag else 0.0,
    }
    rounded = {key: round(value, 4) if isinstance(value, float) else value for key, value in figures.items()}
    print(json.dumps(rounded), flush=True)
    return figures


def _seconds(uri: str) -> float:
    """Those of a step; 0 where it did nothing in that round, or was pruned."""
    return committed(uri).manifest.seconds if Path(uri, "manifest.json").exists() else 0.0


def told(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """What they come to: means over seeds."""
    fresh, stale = ([one for one in runs if one["staleness"] == staleness] for staleness in (0, 1))
    after, seconds = (
        [fmean(one[key] for one in each) for each in (fresh, stale)] for key in ("after", "seconds_per_round")
    )
    return {
        **measured("overlap"),
        "seeds": len(fresh),
        "rounds": [fmean(one["rounds"] for one in each) for each in (fresh, stale)],
        "score_before": round(fmean(one["before"] for one in runs), 4),
        "score_staleness_0": round(after[0], 4),
        "score_staleness_1": round(after[1], 4),
        "score_differences": {
            one["seed"]: round(other["after"] - one["after"], 4) for one, other in zip(fresh, stale, strict=True)
        },
        "seconds_per_round_staleness_0": round(seconds[0], 3),
        "seconds_per_round_staleness_1": round(seconds[1], 3),
        "measured_saving": round(1 - seconds[1] / seconds[0], 3),
        "saving_of_steps": round(1 - fmean(one["together"] for one in fresh) / fmean(one["apart"] for one in fresh), 3),
        "lag": round(fmean(one["lag"] for one in stale), 5),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--tokens", type=int, default=2_000_000)
    parser.add_argument("--set", action="append", default=[], dest="overrides", metavar="KEY=VALUE")
    parser.add_argument("--store", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="overlap-") as temporary:
        store, runs = asked.store or Path(temporary), []
        for seed in range(asked.seeds):
            for staleness in (0, 1) if seed % 2 == 0 else (1, 0):
                runs.append(run(store, seed, staleness, asked.tokens, asked.overrides))
            print(json.dumps(told(runs) | {"tokens": asked.tokens, "set": asked.overrides}), flush=True)


if __name__ == "__main__":
    main()
