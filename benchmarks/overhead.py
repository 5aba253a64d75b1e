"""What the pipeline costs over the same work in one process, by cause, for both granularities.

    python benchmarks/overhead.py --rounds 6 --store /tmp/astor-overhead

Three runs of the quickstart's recipe with few rounds and an existing warm start: in one process, as segments and as
steps on KFP's local runner. Their difference is split by what was measured beside it: `kfp`, an empty component as
often as the run has tasks; `imports`, a fresh interpreter that imports what the tasks import, as often; and the rest,
`files`: what tasks read and write to hand over. The last line is JSON, in seconds.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from astor.recipe.load import load_recipe, parse_overrides
from astor.steps.run import Run

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


def seconds(command: list[str]) -> float:
    """Wall time of a command that succeeds."""
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - started


def kfp_per_task(count: int = 4) -> float:
    """Seconds that KFP takes for a task that does nothing."""
    with tempfile.TemporaryDirectory() as root:

        def program(tasks: int) -> str:
            return EMPTY.replace("ROOT", repr(root)).replace("COUNT", str(tasks))

        path = Path(root) / "empty.py"
        path.write_text(program(count))
        many = seconds([sys.executable, str(path)])
        path.write_text(program(1))
        return (many - seconds([sys.executable, str(path)])) / (count - 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", default="quickstart")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--store", required=True)
    arguments = parser.parse_args()
    per_segment = max(arguments.rounds // 3, 1)

    def run(name: str, on: str, granularity: str, rounds: int = arguments.rounds) -> tuple[float, int]:
        """Wall seconds of a run begun afresh, and how many tasks it had."""
        overrides = [
            f"name={name}",
            f"rounds={rounds}",
            f"granularity={granularity}",
            f"rounds_per_segment={per_segment}",
            f"checkpoint_every={per_segment if granularity == 'segment' else 1}",
        ]
        settings = [part for override in overrides for part in ("--set", override)]
        where = ["--on", on, "--store", arguments.store, "--fresh"]
        took = seconds([sys.executable, "-m", "astor.cli", "run", arguments.recipe, *where, *settings])
        uri = Run(arguments.store, load_recipe(arguments.recipe, parse_overrides(overrides))).uri
        log = Path(uri) / "pipeline.log"
        return took, len(re.findall("Executing task", log.read_text())) if on == "local" else 0

    run("warm", "process", "segment", 0)
    process, _ = run("process", "process", "segment")
    per_task = kfp_per_task()
    imports = {
        "segment": min(seconds([sys.executable, "-c", "import astor.loop, mlflow"]) for _ in range(3)),
        "step": min(seconds([sys.executable, "-c", "import astor.steps.verify"]) for _ in range(3)),
    }
    result: dict[str, object] = {"process": round(process, 1)}
    for granularity in ("segment", "step"):
        took, tasks = run(granularity, "local", granularity)
        over = took - process
        causes = {"kfp": tasks * per_task, "imports": tasks * imports[granularity]}
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
