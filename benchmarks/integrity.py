"""What it costs to check every file against what was committed, as a share of a round.

    python benchmarks/integrity.py --recipe quickstart --store /tmp/astor-integrity --rounds 4

Runs the recipe in one process with few rounds, a checkpoint after each, and takes from the manifests how long a round
was. Then all that a round reads is checked as if every step were a process of its own, which keeps nothing in memory:
the prompts for rollout and score, the references for verify, the records of the round twice, the policy for rollout and
update, its trainer state and the reference policy for update. In one process, as in a segment, a part of that is read.
The last line is JSON: seconds of a round and of its checks, their share, and the speed of SHA-256 here.
"""

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from astor.loop import post_train
from astor.recipe.load import load_recipe
from astor.run.begun import own_policy, own_prompts, references_of
from astor.run.run import Run
from astor.storage import Artifact, digest_file, find, load


def read_in_a_round(run: Run, round: int) -> Iterator[tuple[Artifact, str]]:
    """Artifact and part of everything that the four steps of a round read, as often as it is read anew."""
    prompts, first = own_prompts(run), own_policy(run)
    assert prompts is not None, "the run has its plan"
    assert first is not None, "the run has its plan"
    references = references_of(run, prompts)
    assert references is not None, "they were made with the prompts"
    yield from [(load(prompts), "prompts")] * 2
    yield load(references), "references"
    yield load(first.committed), "policy"
    for step in ("rollout", "verify", "score", "update"):
        if artifact := find(run.places.at("rounds", round, step)):
            yield from ((artifact, part) for part in [*artifact.manifest.parts] * 2)
    if checkpoint := find(run.places.at("rounds", round, "checkpoint")):
        yield from ((checkpoint, part) for part in ("policy", "policy", "trainer"))


def seconds_to_check(files: Sequence[Path]) -> float:
    """Wall time of the digests of all files."""
    started = time.perf_counter()
    for file in files:
        digest_file(file)
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", default="quickstart")
    parser.add_argument("--store", required=True)
    parser.add_argument("--rounds", type=int, default=4)
    arguments = parser.parse_args()
    frequent = {"checkpoint_every": 1, "evaluation.every": 0, "rounds": arguments.rounds}
    with Run(arguments.store, load_recipe(arguments.recipe, frequent)) as run:
        post_train(run)
        last = arguments.rounds - 1
        steps = [find(run.places.at("rounds", last, step)) for step in ("rollout", "verify", "score", "update")]
        round_seconds = sum(step.manifest.seconds for step in steps if step)
        parts = [(each.part(name), each.manifest.parts[name].files) for each, name in read_in_a_round(run, last)]
        files = [directory / name for directory, names in parts for name in names]
        check_seconds = min(seconds_to_check(files) for _ in range(3))
    size = sum(file.stat().st_size for file in files)
    result = {
        "round_seconds": round(round_seconds, 3),
        "check_seconds": round(check_seconds, 4),
        "share": round(check_seconds / round_seconds, 4),
        "megabytes": round(size / 1e6, 1),
        "megabytes_per_second": round(size / 1e6 / check_seconds),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
