"""What the pipeline costs over the same work in one process, by cause, for both granularities.

    python benchmarks/overhead.py --rounds 6 --store /tmp/astor-overhead

Three runs of the quickstart's recipe with few rounds and an existing warm start: in one process, as segments and as
steps on KFP's local runner. Their difference is split: `kfp`, what an empty component takes, as often as the run has
tasks; `imports`, what the interpreters of a run spent importing, as they report it themselves, beyond what the one of
the process did; and the rest, `files`: loading, writing and starting again what one process keeps in memory. The last
line is JSON, in seconds.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from astor.recipe.load import load_recipe, parse_overrides
from astor.run.run import Run

EMPTY = """
from kfp import dsl, local
local.init(runner=local.SubprocessRunner(use_venv=False), pipeline_root=ROOT, raise_on_error=True)
@dsl.component(base_image="astor-python", install_kfp_package=False)
def nothing(a: str) -> str:
    return a
@dsl.pipeline(name="empty")
def empty(a: str = "") -> str:
    for _ in range(COUNT):
        a = nothing(a=a).output
    return a
empty()
"""


def seconds(command: list[str]) -> tuple[float, str]:
    """Wall time of a command that succeeds, and what it and its imports told."""
    started, environment = time.perf_counter(), os.environ | {"PYTHONPROFILEIMPORTTIME": "1"}
    done = subprocess.run(
        command, check=True, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    return time.perf_counter() - started, done.stderr


def import_seconds(told: str) -> float:
    """Sum of what every import took by itself, over all interpreters that told."""
    return sum(int(each) for each in re.findall(r"import time: +(\d+) \|", told)) / 1e6


def kfp_per_task(count: int = 4) -> float:
    """Seconds that KFP takes for a task that does nothing."""
    with tempfile.TemporaryDirectory() as root:

        def program(tasks: int) -> str:
            return EMPTY.replace("ROOT", repr(root)).replace("COUNT", str(tasks))

        path = Path(root) / "empty.py"
        path.write_text(program(count))
        many, _ = seconds([sys.executable, str(path)])
        path.write_text(program(1))
        return (many - seconds([sys.executable, str(path)])[0]) / (count - 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", default="quickstart")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--store", required=True)
    arguments = parser.parse_args()
    per_segment = max(arguments.rounds // 3, 1)

    def run(name: str, on: str, granularity: str, rounds: int = arguments.rounds) -> tuple[float, float, int]:
        """Wall seconds of a run begun afresh, seconds of its imports, and how many tasks it had."""
        overrides = [
            f"name={name}",
            f"rounds={rounds}",
            f"granularity={granularity}",
            f"rounds_per_segment={per_segment}",
            f"checkpoint_every={per_segment if granularity == 'segment' else 1}",
        ]
        settings = [part for override in overrides for part in ("--set", override)]
        where = ["--on", on, "--store", arguments.store, "--fresh"]
        took, told = seconds([sys.executable, "-m", "astor.cli", "run", arguments.recipe, *where, *settings])
        uri = Run(arguments.store, load_recipe(arguments.recipe, parse_overrides(overrides))).places.uri
        if on == "local":
            told += (Path(uri) / "pipeline.log").read_text()
        return took, import_seconds(told), len(re.findall("Executing task", told))

    run("warm", "process", "segment", 0)
    process, own_imports, _ = run("process", "process", "segment")
    per_task = kfp_per_task()
    result: dict[str, object] = {"process": round(process, 1)}
    for granularity in ("segment", "step"):
        took, imports, tasks = run(granularity, "local", granularity)
        over = took - process
        causes = {"kfp": tasks * per_task, "imports": imports - own_imports}
        causes["files"] = over - sum(causes.values())
        result[granularity] = {
            "seconds": round(took, 1),
            "tasks": tasks,
            "overhead": round(over, 1),
            "overhead_per_task": round(over / tasks, 2),
            **{cause: round(value, 1) for cause, value in causes.items()},
        }
        print(granularity, json.dumps(result[granularity]))
    print(json.dumps(result))


if __name__ == "__main__":
    main()
