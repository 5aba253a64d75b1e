"""What the pipeline costs over the same work in one process, by cause, for both granularities and for containers.

    python benchmarks/overhead.py --rounds 6 --store /tmp/astor-overhead
    python benchmarks/overhead.py --rounds 6 --store /tmp/astor-overhead --image astor-core:0.1.0

Runs of the quickstart's recipe with few rounds and an existing warm start: in one process, as segments and as steps on
KFP's local runner, and with `--image` as segments on its DockerRunner, each task a container of that image. Their
difference is split: `kfp`, what an empty component takes, as often as the run has tasks; `imports`, what the
interpreters of a run spent importing, as they report it themselves, beyond what the one of the process did; and the
rest, `files`: loading, writing and starting again what one process keeps in memory. `ratio` is the run's seconds over
those of the process, and `cpu_ratio` the same of CPU seconds, which other work on the machine disturbs least; those of
containers are not known. The last line is JSON, in seconds.
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
from typing import NamedTuple

from astor.components.image import IMAGE
from astor.recipe.load import load_recipe, parse_overrides
from astor.run.run import Run

SUBPROCESSES = "local.SubprocessRunner(use_venv=False)"
CONTAINERS = (
    'local.DockerRunner(network_mode="none", user=USER, tmpfs={"/tmp": "rw,mode=1777"}, '
    'environment={"PYTHONPROFILEIMPORTTIME": "1"})'
)
EMPTY = """
from kfp import dsl, local
local.init(runner=RUNNER, pipeline_root=ROOT, raise_on_error=True)
@dsl.component(base_image=IMAGE, install_kfp_package=False)
def nothing(a: str) -> str:
    return a
@dsl.pipeline(name="empty")
def empty(a: str = "") -> str:
    for _ in range(COUNT):
        a = nothing(a=a).output
    return a
empty()
"""
IN_CONTAINERS = """
from pathlib import Path
from kfp import local
from astor.pipelines.local import run_locally
run_locally(Path(RECIPE), ROOT, Path(ROOT), RUNNER)
"""


class Took(NamedTuple):
    """Of a command: what it took, and what it and its imports told."""

    seconds: float
    cpu: float
    told: str


def took(command: list[str]) -> Took:
    """Of a command that succeeds."""
    started, before, environment = time.perf_counter(), os.times(), os.environ | {"PYTHONPROFILEIMPORTTIME": "1"}
    done = subprocess.run(
        command, check=True, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Took(time.perf_counter() - started, cpu, done.stdout)


def run_program(program: str, runner: str, root: str, **names: object) -> Took:
    """Of a program that runs tasks by `runner` and keeps what they write below `root`."""
    settings = {"USER": str(os.getuid()), "ROOT": root, "IMAGE": IMAGE, **names}
    program = program.replace("RUNNER", runner)
    for name, value in settings.items():
        program = re.sub(rf"\b{name}\b", lambda _, value=value: repr(value), program)
    with tempfile.TemporaryDirectory() as directory:  # KFP reads a component's source
        (file := Path(directory) / "program.py").write_text(program)
        return took([sys.executable, str(file)])


def import_seconds(told: str) -> float:
    """Sum of what every import took by itself, over all interpreters that told."""
    return sum(int(each) for each in re.findall(r"import time: +(\d+) \|", told)) / 1e6


def kfp_per_task(runner: str, count: int = 4) -> float:
    """Seconds that KFP takes for a task that does nothing."""
    with tempfile.TemporaryDirectory() as root:
        many, one = (run_program(EMPTY, runner, root, COUNT=tasks).seconds for tasks in (count, 1))
    return (many - one) / (count - 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", default="quickstart")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--store", required=True)
    parser.add_argument("--image", help="of a Docker engine, that has this package: images/core")
    arguments = parser.parse_args()
    store, per_segment = str(Path(arguments.store).absolute()), max(arguments.rounds // 3, 1)

    def overrides(name: str, granularity: str, rounds: int) -> list[str]:
        every = per_segment if granularity == "segment" else 1
        return [
            f"name={name}",
            f"rounds={rounds}",
            f"granularity={granularity}",
            f"rounds_per_segment={per_segment}",
            f"checkpoint_every={every}",
        ]

    def run(name: str, on: str, granularity: str, rounds: int = arguments.rounds) -> Took:
        """Of a run begun afresh."""
        given = overrides(name, granularity, rounds)
        settings = [part for override in given for part in ("--set", override)]
        where = ["--on", on, "--store", store, "--fresh"]
        found = took([sys.executable, "-m", "astor.cli", "run", arguments.recipe, *where, *settings])
        uri = Run(store, load_recipe(arguments.recipe, parse_overrides(given))).places.uri
        return found._replace(told=found.told + (Path(uri) / "pipeline.log").read_text()) if on == "local" else found

    def run_in_containers() -> Took:
        subprocess.run(["docker", "tag", arguments.image, IMAGE], check=True)
        one = Run(
            store, load_recipe(arguments.recipe, parse_overrides(overrides("docker", "segment", arguments.rounds)))
        )
        one.places.remove()
        with tempfile.TemporaryDirectory() as directory:
            (resolved := Path(directory) / "recipe.yaml").write_text(one.resolved_text)
            return run_program(IN_CONTAINERS, CONTAINERS, store, RECIPE=str(resolved))

    run("warm", "process", "segment", 0)
    process = run("process", "process", "segment")
    result: dict[str, object] = {"process": round(process.seconds, 1)}

    def tell(name: str, found: Took, per_task: float) -> None:
        tasks, over = len(re.findall("Executing task", found.told)), found.seconds - process.seconds
        causes = {"kfp": tasks * per_task, "imports": import_seconds(found.told) - import_seconds(process.told)}
        causes["files"] = over - sum(causes.values())
        result[name] = {
            "seconds": round(found.seconds, 1),
            "ratio": round(found.seconds / process.seconds, 2),
            "cpu_ratio": None if name == "docker" else round(found.cpu / process.cpu, 2),
            "tasks": tasks,
            "overhead": round(over, 1),
            "overhead_per_task": round(over / tasks, 2),
            **{cause: round(value, 1) for cause, value in causes.items()},
        }
        print(name, json.dumps(result[name]), flush=True)

    per_task = kfp_per_task(SUBPROCESSES)
    for granularity in ("segment", "step"):
        tell(granularity, run(granularity, "local", granularity), per_task)
    if arguments.image:
        tell("docker", run_in_containers(), kfp_per_task(CONTAINERS))
    print(json.dumps(result))


if __name__ == "__main__":
    main()
