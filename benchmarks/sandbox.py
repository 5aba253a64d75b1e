"""What isolation costs, and what peers cost: CPU per program, programs per second and memory, side by side in one run.

    python benchmarks/sandbox.py [--programs 120] [--repeats 3] [--peers DIR [--install-peers]]

Two programs with ten calls each (`sandbox_peers/cases.py`): an addition, and an edit distance of words of 30 letters.
A row is a way to judge them, in a process of its own that judges the same program again and again.

- `fork+exit` forks a bare interpreter that exits. `fork+run` forks one that has imported what the zygote has, runs the
  program, makes its calls and exits, without isolation and without handing back a result.
- `astor, …` is our sandbox: `calls` hands back what the calls return; `check`, `unittest` and `pytest` run ten asserts
  in the two-process mode; `stdin` has a process per call, which reads the arguments and writes the result. The rows
  with `only` have zygotes with fewer layers, which this benchmark starts in its own way: the product can't be told to.
- The others are the judging functions of peers, called as their own evaluation does, one program per call, in an
  environment under DIR in which nothing is imported that judging does not want. `--install-peers` makes the
  environments. What can't be had is named with the reason.

CPU is the user and system time on one worker of every process that takes part: our own, zygote and children, a peer and
its managers and children. What the kernel does outside of any process is not counted, nor is the start of a pool; nor
does a peer's own pool count, since peers on one worker are called without. Each measurement judges the programs five
times; the rows take turns, and the best of all repeats counts, since other load on the machine can only add. Programs
per second are by the wall clock, and so suffer from that load more than CPU does. Memory is the proportional set size
of the processes that wait between programs, per worker of two; a peer whose threads fork has none.

The last line is JSON.
"""

import argparse
import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).with_name("sandbox_peers")))

from cases import CASES
from install import MISSING, PEERS, find, install
from rows import WORKERS, Row, own_rows, peer_rows


def measured(case: str, pythons: dict[str, Path], programs: int, repeats: int) -> tuple[list[Row], dict[str, str]]:
    """The rows, measured; and the peers that were found and can't be run, with the reason."""
    rows = [*own_rows(programs), *peer_rows(pythons, programs)]
    broken: dict[str, str] = {}
    for _ in range(repeats):
        for row in rows:
            try:
                row.measure(case)
            except RuntimeError as error:
                if row.name not in pythons:
                    raise
                broken[row.name] = f"does not run: {error}"
        rows = [row for row in rows if row.name not in broken]
    return rows, broken


def summary(rows: list[Row]) -> dict[str, Any]:
    """What was measured of a case, and what we claim by it."""
    by_name = {row.name: row for row in rows}
    peers = [row for row in rows if row.name in PEERS]
    calls = by_name["astor, calls"]
    found: dict[str, Any] = {
        "cpu_ms": {row.name: round(row.cpu_ms, 3) for row in rows},
        "programs_per_second": {row.name: {n: round(speed) for n, speed in row.per_second.items()} for row in rows},
        "memory_mb_per_worker": {row.name: row.memory_mb for row in rows},
        "cpu_over_fork_run": {row.name: round(row.cpu_ms / by_name["fork+run"].cpu_ms, 2) for row in rows},
    }
    if peers:
        found["throughput_over_fastest_peer"] = {
            n: round(calls.per_second[n] / max(peer.per_second[n] for peer in peers), 2) for n in WORKERS
        }
        found["cpu_of_cheapest_peer_over_calls"] = round(min(peer.cpu_ms for peer in peers) / calls.cpu_ms, 2)
    return found


def show(case: str, rows: list[Row]) -> None:
    """Print the table of a case."""
    print(f"\n{case:50} CPU ms" + "".join(f"{f'{n}/s':>8}" for n in WORKERS) + "  MiB a worker")
    for row in rows:
        speeds = "".join(f"{row.per_second[n]:8.0f}" for n in WORKERS)
        print(f"{row.name:50} {row.cpu_ms:6.2f}{speeds}{row.memory_mb or '':>14}")


def main() -> None:
    """Measure, print tables, and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=int, default=120, help="per row and repeat; peers judge an eighth")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--peers", type=Path, metavar="DIR", help="where the peers' environments are")
    parser.add_argument("--install-peers", action="store_true", help="make them there first")
    options = parser.parse_args()
    failed = install(options.peers) if options.install_peers else {}
    pythons, absent = find(options.peers)
    missing = {**MISSING, **absent, **failed}
    found: dict[str, Any] = {}
    for case in CASES:
        rows, broken = measured(case, pythons, options.programs, options.repeats)
        missing |= broken
        show(case, rows)
        found[case] = summary(rows)
    print(
        json.dumps(
            {
                "programs": options.programs,
                "repeats": options.repeats,
                "machine": {
                    "cores": len(os.sched_getaffinity(0)),
                    "kernel": platform.release(),
                    "python": platform.python_version(),
                },
                "peers": {peer: PEERS[peer][0] for peer in pythons if peer not in missing},
                "not_measured": missing,
                "cases": found,
            }
        )
    )


if __name__ == "__main__":
    main()
