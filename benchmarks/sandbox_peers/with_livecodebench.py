"""LiveCodeBench: `check_correctness` of its testing, over processes as its `evaluate_generations` does."""

import json

from cases import CASES
from livecodebench.evaluation.compute_code_generation_metrics import check_correctness
from pools import Judging, judging


def judge(name: str) -> bool:
    """Whether it passes, by LiveCodeBench."""
    case = CASES[name]
    results, _ = check_correctness({"input_output": json.dumps(case.apps)}, case.program, timeout=6, debug=False)
    return len(results) == len(case.arguments) and all(result is True for result in results)


def opened(variant: str, name: str, workers: int) -> Judging:
    """A judge of so many programs."""
    return judging(judge, name, workers)
