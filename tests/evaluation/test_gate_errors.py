"""How often the gate errs, as the benchmark simulates it."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from astor.evaluation.gate import GateOptions, power


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    place = Path(__file__).parents[2] / "benchmarks" / "gate.py"
    spec = importlib.util.spec_from_file_location("benchmark_of_the_gate", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TRIALS = 200
TOLERANCE = 0.033
"""Three standard errors of a share of 2.5 % in as many trials."""


def test_what_did_not_change_is_promoted_in_no_more_than_one_of_forty_cases(benchmark: ModuleType) -> None:
    assert benchmark.promoted(TRIALS, 120, "nothing changed") <= 0.025 + TOLERANCE


def test_a_gain_in_some_tasks_is_promoted_with_as_many_prompts_as_the_plan_asks_for(benchmark: ModuleType) -> None:
    """80 % for the score, of which the other metric, which mostly agrees, takes some."""
    needed = power({}, benchmark.SAMPLES, GateOptions()).needed
    assert benchmark.promoted(TRIALS // 4, needed, "+0.10 in three tasks, none in one", even=True) > 0.6
    assert benchmark.promoted(TRIALS // 4, 60, "+0.10 in three tasks, none in one", even=True) < 0.5


def test_a_task_that_was_given_up_is_never_bought_by_others(benchmark: ModuleType) -> None:
    assert benchmark.promoted(TRIALS // 4, 120, "+0.15 in three tasks, -0.10 in one") == 0
