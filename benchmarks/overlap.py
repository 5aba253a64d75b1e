"""What overlap saves in wall time, and what it costs in score at equal tokens: staleness 1 against 0, tiny policy.

    OMP_NUM_THREADS=1 python benchmarks/overlap.py
    OMP_NUM_THREADS=1 python benchmarks/overlap.py --seeds 2 --tokens 100000 --set batch.prompts=16 --store DIR

Each seed is the quickstart with one process, both ways in turns, to the same budget of tokens, both with truncated
importance weights; on two idle cores staleness 1 has one for each of its processes. A round's seconds are the wall time
from the first round's score to the last round's update over the rounds between; `apart` is what the steps of the same
rounds took added up, `together` the larger of sampling and training instead of both: what overlap comes to where
neither waits for a core. Scores are means over tasks on held-out prompts, sampled. The last line is JSON.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import fmean
from typing import Any

from astor.run.checkpoints import rounds_of
from astor.run.listing import open_run
from astor.run.pace import SAMPLED, TRAINED
from astor.storage import committed


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
    began, ended = (
        (place / "rounds" / f"{round:05d}" / step / "manifest.json").stat().st_mtime
        for round, step in ((0, "score"), (rounds - 1, "update"))
    )
    sampled, updated, scored = (
        sum(_seconds(trained.places.at("rounds", round, kind)) for round in range(1, rounds) for kind in kinds)
        for kinds in (SAMPLED, TRAINED, ("score",))
    )
    lag = [
        measured.lag
        for round in range(1, rounds)
        for measured in trained.artifacts.read(
            trained.artifacts.committed(trained.places.at("rounds", round, "update")), "report"
        ).tasks.values()
        if measured.lag is not None
    ]
    figures = {
        "seed": seed,
        "staleness": staleness,
        "rounds": rounds,
        "before": fmean(result["scores_before"].values()),
        "after": fmean(result["scores_after"].values()),
        "seconds_per_round": (ended - began) / (rounds - 1),
        "apart": (sampled + updated + scored) / (rounds - 1),
        "together": (max(sampled, updated) + scored) / (rounds - 1),
        "lag": fmean(lag) if lag else 0.0,
    }
    rounded = {key: round(value, 4) if isinstance(value, float) else value for key, value in figures.items()}
    print(json.dumps(rounded), flush=True)
    return figures


def _seconds(uri: str) -> float:
    """Those of a step; 0 where it did nothing in that round, or was pruned."""
    return committed(uri).manifest.seconds if Path(uri, "manifest.json").exists() else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--tokens", type=int, default=2_000_000)
    parser.add_argument("--set", action="append", default=[], dest="overrides", metavar="KEY=VALUE")
    parser.add_argument("--store", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="overlap-") as temporary:
        store = asked.store or Path(temporary)
        runs = [
            run(store, seed, staleness, asked.tokens, asked.overrides)
            for seed in range(asked.seeds)
            for staleness in ((0, 1) if seed % 2 == 0 else (1, 0))
        ]
    means = {
        key: [fmean(one[key] for one in runs if one["staleness"] == staleness) for staleness in (0, 1)]
        for key in ("before", "after", "seconds_per_round", "apart", "together", "lag")
    }
    differences = {
        one["seed"]: one["after"] - other["after"]
        for one in runs
        for other in runs
        if one["seed"] == other["seed"] and (one["staleness"], other["staleness"]) == (1, 0)
    }
    told = {
        "seeds": asked.seeds,
        "tokens": asked.tokens,
        "score_staleness_0": round(means["after"][0], 4),
        "score_staleness_1": round(means["after"][1], 4),
        "score_differences": {seed: round(value, 4) for seed, value in sorted(differences.items())},
        "seconds_per_round_staleness_0": round(means["seconds_per_round"][0], 3),
        "seconds_per_round_staleness_1": round(means["seconds_per_round"][1], 3),
        "measured_saving": round(1 - means["seconds_per_round"][1] / means["seconds_per_round"][0], 3),
        "saving_of_steps": round(1 - means["together"][0] / means["apart"][0], 3),
        "lag": round(means["lag"][1], 5),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
