"""What befalls a run in real life befalls the miniature recipe: it must end as if nothing were, or say why not.

    python benchmarks/hostility.py --store DIR [--only kills bits outages moves] [--kills 17] [--away 120] [--seed 0]

- *Kills*: 17 SIGKILLs at random times, in one process and on the local pipeline, each followed by the same command
  until it ends. The digests of all parts are those of an undisturbed run, and no process of it lives for 2 s more.
- *Bits*: one bit flipped in each kind of file of a store, of a run that was stopped, that lacks its result alone, or
  that is finished. The same command names what is damaged in one sentence, or goes on from before it to the same
  digests; it never comes to another result. A model that is damaged is not served.
- *Outages*: an MLflow server, and SeaweedFS as the store, are killed at a random time after the run began, and are
  back after `--away` seconds. The digests are the same, and curves have neither gaps nor double points.
- *Moves*: a store that was moved goes on to the same digests with what it has, and nothing appears at its old place.

A row is a check. Rows are kept in `rows.jsonl` below DIR, and what stands there is not done again, so that the same
command goes on; remove a row to repeat its check. The exit code is 1 where there is a fault. The last line is JSON.
"""

import argparse
import json
import shutil
import sys
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from hostile import bits, kills, moves, outages
from hostile.command import Ended, Store, once

KINDS = ("kills", "bits", "outages", "moves")


class Hostility:
    """The checks, in a directory with the stores that they begin from."""

    def __init__(self, directory: Path, options: argparse.Namespace) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.directory, self.seed, self.away = directory, options.seed, options.away
        self.times, self.killed = options.times, options.kills
        self.rows = directory / "rows.jsonl"
        self.found: list[dict[str, Any]] = []
        self.finished = Store(str(directory / "undisturbed"))
        self.whole: Ended = self.finished.finish()
        if self.whole.code:
            raise SystemExit(f"the undisturbed run failed: {self.whole.errors}")
        self.wanted = self.finished.digests()

    def kills(self) -> None:
        for on in ("process", "local"):
            check = partial(kills.kill_again_and_again, on, self.killed, self.directory, self.seed, self.wanted)
            self._check(f"kills, {on}", check)

    def bits(self) -> None:
        stopped, judged = self._stopped(), self._judged()
        for kind, pattern in bits.WHILE_IT_RUNS.items():
            self._check(f"a bit of a stopped run's {kind}", lambda p=pattern: self._flipped(stopped, p))
        for kind, pattern in bits.BEFORE_THE_END.items():
            self._check(f"a bit of a judged run's {kind}", lambda p=pattern: self._flipped(judged, p))
        for kind, pattern in bits.AFTERWARDS.items():
            self._check(
                f"a bit of a finished run's {kind}",
                lambda p=pattern: bits.read_again(self._copy(self.finished), p, str(self.seed), self.whole),
            )
        for file in ("model.safetensors", "tokenizer.json", "policy.json"):
            pattern = f"models/*/*/policy/{file}"
            self._check(
                f"a bit of a registered {file}",
                lambda p=pattern: bits.serve(self._copy(self.finished), p, str(self.seed)),
            )

    def outages(self) -> None:
        for service, outage in (("MLflow", outages.without_mlflow), ("S3", outages.without_s3)):
            for time in range(self.times):
                name = f"outage of {service}, {self.away:g} s, {time + 1}"
                place = self.directory / "outages" / f"{service}-{time}"
                check = partial(outage, self.away, place, f"{self.seed} {time}", self.whole, self.wanted)
                self._check(name, check)

    def moves(self) -> None:
        stopped, place = self._stopped(), self.directory / "moves"
        for name, check in (
            ("a moved run that was stopped", partial(moves.go_on, stopped, place / "a", self.wanted)),
            ("a moved run that is finished", partial(moves.print_and_serve, self.finished, self.whole, place / "b")),
        ):
            self._check(name, check)

    def _check(self, name: str, check: Any) -> None:
        self.found.append(once(self.rows, name, check))

    def _copy(self, store: Store) -> Store:
        return store.copy(self.directory / "flipped")

    def _flipped(self, store: Store, pattern: str) -> dict[str, Any]:
        return bits.run_on(self._copy(store), pattern, str(self.seed), self.whole, self.wanted)

    def _stopped(self) -> Store:
        """A store whose run was killed in its last round but one, one checkpoint behind it."""
        store = Store(str(self.directory / "stopped"))
        if not store.has("rounds", 2, "checkpoint"):
            store.stop_at("rounds", 2, "score")
        return store

    def _judged(self) -> Store:
        """A store whose run has everything but its result."""
        store = self.finished.copy(self.directory / "judged")
        for place in Path(store.run().places.uri).glob("result*"):
            shutil.rmtree(place) if place.is_dir() else place.unlink()
        return store


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--only", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--kills", type=int, default=17, help="of a run, on each runner")
    parser.add_argument("--away", type=float, default=120.0, help="seconds for which a service is away")
    parser.add_argument("--times", type=int, default=2, help="outages of each service")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    hostility = Hostility(arguments.store.absolute(), arguments)
    for kind in arguments.only:
        getattr(hostility, kind)()
    faults = {row["check"]: row["fault"] for row in hostility.found if row["fault"]}
    print(json.dumps({"checks": len(hostility.found), "parts": len(hostility.wanted), "faults": faults}))
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
