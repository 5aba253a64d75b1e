"""A process of each step is killed at a random moment of the step, in turn, and the same command is given again."""

import subprocess
import time
from itertools import pairwise
from pathlib import Path
from random import Random
from signal import SIGKILL

import psutil
import pytest
from commits import add, attempts, of_counted_rounds, require_undisturbed
from hostile.command import Store
from tasks import tasks

pytestmark = [pytest.mark.slow, pytest.mark.timeout(7200)]

STEPWISE = ("granularity=step", "rounds=2", "checkpoint_every=1")
STEPS = {
    *("resolve_recipe", "prepare", "initialise", "plan", "rollout", "verify", "score", "update"),
    *("evaluate", "evaluate_turns", "choose", "promote"),
}
OF_THE_LOOP = {
    "recipe": "runs/*/recipe",
    "prepare": "cache/prompts/*",
    "initialise": "cache/policies/*",
    "plan": "runs/*/plan",
    "rollout": "runs/*/rounds/*/rollout",
    "verify": "runs/*/rounds/*/verify",
    "score": "runs/*/rounds/*/score",
    "update": "runs/*/rounds/*/update",
    "checkpoint": "runs/*/rounds/*/checkpoint",
    "evaluate": "runs/*/evaluations/*/scores",
    "promote": "runs/*/results/*",
}
"""Step of the loop → where it commits."""
SPLITS = "warm_start: 0.4, train: 0.2, held_out: 0.2, promotion: 0.2"
COUNTS = "multi_turn_code/first: 100, multi_turn_code/next: 100"
COLLECT = (
    *("data", "collect", "cobalt", "--trajectories", "4", "--turns", "2", "--block", "4"),
    *("--set", "policy={type: tiny, hidden_size: 48, warm_start: {steps: 40, batch_size: 16}}"),
    *("--set", f"data.prompts={{train: 8, held_out: 4, promotion: 4, demonstrations: {{{COUNTS}}}}}"),
    *("--set", "data.sources=[{type: underspecified, depths: {1: 3, 2: 1}}]"),
    *("--set", f"data.splits={{{SPLITS}}}", "--set", "tasks.multi_turn_code.max_tokens=30"),
    *("--set", "batch={prompts: 4, rollouts: 4}"),
)


def kill_after(command: "subprocess.Popen[str]", seconds: float) -> None:
    """Kill the command, unless it ends before."""
    try:
        command.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        command.kill()
        command.communicate()


def test_a_task_of_each_step_of_the_pipeline_is_killed(tmp_path: Path) -> None:
    random = Random(16)
    undisturbed = Store(str(tmp_path / "undisturbed"), "local", overrides=STEPWISE)
    command, lasted = undisturbed.start(), dict[str, float]()
    for task in tasks(command):
        began = time.monotonic()
        psutil.wait_procs([task.process])
        lasted.setdefault(task.step, time.monotonic() - began)
    _, errors = command.communicate()
    assert command.returncode == 0, errors
    assert lasted.keys() == STEPS
    store, seen = Store(str(tmp_path / "killed"), "local", overrides=STEPWISE), dict[str, str]()
    for step, seconds in lasted.items():  # in the order in which they first ran
        command = store.start()
        task = next(task for task in tasks(command) if task.step == step)
        time.sleep(random.uniform(0, seconds))
        codes = {0, 2}
        try:
            task.process.kill()
        except psutil.NoSuchProcess:  # It was faster this time, and the command goes: else the run might end here.
            command.kill()
            codes = {0, -SIGKILL}
        _, errors = command.communicate()
        assert command.returncode in codes, f"{step}: {errors}"
        assert "Traceback" not in errors
        add(seen, attempts(store.root))
    require_undisturbed(store, undisturbed.digests(), seen, store.finish())


def test_the_loop_is_killed_in_each_step(tmp_path: Path) -> None:
    random = Random(17)
    undisturbed = Store(str(tmp_path / "undisturbed"))
    left_alone = undisturbed.finish()
    assert left_alone.code == 0, left_alone.errors
    places = list(attempts(undisturbed.root))
    manifests = [Path(place) / "manifest.json" for place in places]
    written = [(undisturbed.root / manifest).stat().st_mtime for manifest in manifests]
    at = {step: [n for n, place in enumerate(places) if Path(place).match(of)] for step, of in OF_THE_LOOP.items()}
    store, seen = Store(str(tmp_path / "killed")), dict[str, str]()
    for number in sorted(random.choice(numbers) for numbers in at.values()):
        command, before = store.start(), max(number - 1, 0)
        while not (store.root / manifests[before]).exists() and command.poll() is None:
            time.sleep(0.002)
        kill_after(command, random.uniform(0, written[number] - written[before]))
        add(seen, of_counted_rounds(attempts(store.root)))
    require_undisturbed(store, undisturbed.digests(), seen, store.finish())


def test_a_collection_is_killed_in_each_block(tmp_path: Path) -> None:
    random, alone = Random(18), Store(str(tmp_path / "store"))
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert (first := alone.finish(*COLLECT, "--out", str(whole))).code == 0, first.errors
    blocks = [Path(place) / "manifest.json" for place in attempts(str(whole))]
    assert len(blocks) > 2
    store, seen = Store(str(tmp_path / "another")), dict[str, str]()
    for before, after in pairwise([Path("collection.json"), *blocks]):
        command = store.start(*COLLECT, "--out", str(killed))
        while not (killed / before).exists() and command.poll() is None:
            time.sleep(0.002)
        took = (whole / after).stat().st_mtime - (whole / before).stat().st_mtime
        kill_after(command, random.uniform(0, took))
        add(seen, attempts(str(killed)))
    assert (last := store.finish(*COLLECT, "--out", str(killed))).code == 0, last.errors
    add(seen, attempts(str(killed)))
    assert seen.keys() == attempts(str(whole)).keys()
    items = [{path.name: path.read_bytes() for path in (each / "items").iterdir()} for each in (whole, killed)]
    assert items[0] == items[1]
    assert store.survivors() == 0
