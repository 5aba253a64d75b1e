"""What coordination costs: microseconds per prompt of a task with 1k, 10k and 100k of them.

Four tasks, 128 prompts a round with 8 rollouts each, after half of all prompts were visited. Measured are a round
(`observe` and `next_round`), what is saved after it (state as JSON, statistics as records and Parquet), and making a
scheduler and loading it from there, as a step in its own process does, all of `astor`; and a round of every scheduler
with its defaults at 100k prompts. The last line is JSON.
"""

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from astor.coordination.catalogue import scheduler_classes
from astor.coordination.observation import PromptObservation, RoundObservation, TaskObservation
from astor.coordination.scheduler import PromptInfo, RoundPlan, TaskInfo
from astor.coordination.schedulers.astor import AstorOptions, AstorScheduler
from astor.records import PromptStatistics, TaskUpdate, UpdateReport, read_parquet, write_parquet

TASKS, BATCH, ROLLOUTS, ROUNDS = 4, 128, 8, 20


def observe(plan: RoundPlan, random: np.random.Generator, report: UpdateReport | None = None) -> RoundObservation:
    """A round in which every rollout passes as often as not."""

    def prompt(prompt_id: str) -> PromptObservation:
        scores = tuple(random.integers(0, 2, ROLLOUTS).astype(float).tolist())
        return PromptObservation(prompt_id, scores, scores, (0.0,) * ROLLOUTS, len(set(scores)) > 1)

    tasks = {task: TaskObservation(tuple(map(prompt, ids))) for task, ids in plan.prompt_ids.items() if ids}
    return RoundObservation(plan.round, tasks, report)


def sketched(random: np.random.Generator, size: int = 16384) -> UpdateReport:
    """A report with sketches of the size that training makes by default, as every round has one."""
    halves = {f"task{k}": tuple(tuple(random.normal(size=size).tolist()) for _ in range(2)) for k in range(TASKS)}
    update = TaskUpdate(
        tokens=1000,
        informative_groups=16,
        anchors=8,
        loss_before=0,
        kl=0.1,
        entropy=1,
        sketched_groups=16,
        clipped_share=0,
        engine_difference=0,
    )
    return UpdateReport(
        round=0,
        tasks=dict.fromkeys(halves, update),
        optimizer_steps=1,
        skipped_steps=0,
        gradient_norm=1,
        learning_rate=1,
        sketches=halves,
    )


def visited(prompt: PromptInfo, task: str) -> PromptStatistics:
    """A prompt that was visited once, before the first round."""
    return PromptStatistics(prompt_id=prompt.id, task=task, visits=1, successes=4.0, failures=4.0)


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def tasks_of(prompts: int) -> list[TaskInfo]:
    """Tasks of so many prompts."""
    return [
        TaskInfo(f"task{k}", [PromptInfo(f"{k}-{i}", i % 5, "", 100 + i) for i in range(prompts)]) for k in range(TASKS)
    ]


def measure_schedulers(prompts: int) -> dict[str, float]:
    """Milliseconds of a round of every scheduler, further draws left out."""
    tasks, found = tasks_of(prompts), {}
    own: dict[str, dict[str, object]] = {"fixed": {"weights": {task.key: 1.0 for task in tasks}}}
    for name, kind in scheduler_classes().items():
        random = np.random.default_rng(0)
        options = kind.options_type.model_validate({"type": name, **own.get(name, {})})
        scheduler, report = kind(options, tasks, 0), sketched(random)
        rounds, seen = [], observe(scheduler.next_round(BATCH), random, report)
        for _ in range(ROUNDS):
            start = time.perf_counter()
            scheduler.observe(seen)
            plan = scheduler.next_round(BATCH)
            rounds.append(time.perf_counter() - start)
            seen = observe(plan, random, report)
        found[name] = 1e3 * float(np.median(rounds))
    return found


def measure(prompts: int) -> dict[str, float]:
    """Milliseconds of each part for tasks of `prompts` prompts, and microseconds per prompt of all of them."""
    random, tasks = np.random.default_rng(0), tasks_of(prompts)
    start = seconds(lambda: AstorScheduler(AstorOptions(), tasks, 0))
    scheduler = AstorScheduler(AstorOptions(warm_up_rounds=1), tasks, 0)
    scheduler.load_prompt_statistics([visited(prompt, task.key) for task in tasks for prompt in task.prompts[::2]])
    report = sketched(random)
    seen = observe(scheduler.next_round(BATCH), random, report)
    rounds = []
    for _ in range(ROUNDS):
        start_of_round = time.perf_counter()
        scheduler.observe(seen)
        plan = scheduler.next_round(BATCH)
        rounds.append(time.perf_counter() - start_of_round)
        seen = observe(plan, random, report)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "statistics.parquet"
        save = seconds(
            lambda: (
                json.dumps(scheduler.state_dict()),
                write_parquet(path, scheduler.prompt_statistics(), PromptStatistics),
            )
        )
        again = AstorScheduler(AstorOptions(warm_up_rounds=1), tasks, 0)
        state = scheduler.state_dict()
        load = seconds(
            lambda: (again.load_state_dict(state), again.load_prompt_statistics(read_parquet(path, PromptStatistics)))
        )
    per_round = float(np.median(rounds))
    return {
        "round_ms": 1e3 * per_round,
        "round_us_per_prompt": 1e6 * per_round / (TASKS * prompts),
        "start_ms": 1e3 * start,
        "save_ms": 1e3 * save,
        "load_ms": 1e3 * load,
        "known_prompts": len(scheduler.prompt_statistics()),
    }


def main() -> None:
    """Print a table and one line of JSON."""
    result = {prompts: measure(prompts) for prompts in (1_000, 10_000, 100_000)}
    for prompts, figures in result.items():
        print(f"{prompts:>7} prompts a task: " + ", ".join(f"{name} {value:.3g}" for name, value in figures.items()))
    schedulers = measure_schedulers(100_000)
    for name, milliseconds in schedulers.items():
        print(f"{name:>18}: {milliseconds:.1f} ms a round")
    rounded = {str(n): {name: round(value, 4) for name, value in figures.items()} for n, figures in result.items()}
    print(
        json.dumps(
            {"benchmark": "coordination", "tasks": TASKS, "batch": BATCH, "prompts": rounded, "round_ms": schedulers}
        )
    )


if __name__ == "__main__":
    main()
