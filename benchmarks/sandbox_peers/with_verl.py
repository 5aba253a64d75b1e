"""verl: `compute_score` of prime_code, over processes as its reward manager for PRIME does.

The packages around it are stood in for: their imports (torch, ray) would only make its forks dearer.
"""

import importlib.util
import sys
from types import ModuleType

from cases import CASES
from pools import Judging, judging

path = importlib.util.find_spec("verl").submodule_search_locations[0]
for name, below in (("verl", ""), ("verl.utils", "/utils"), ("verl.utils.reward_score", "/utils/reward_score")):
    package = sys.modules[name] = ModuleType(name)
    package.__path__ = [path + below]

from verl.utils.reward_score.prime_code import compute_score  # noqa: E402


def judge(name: str) -> bool:
    """Whether it passes, by verl."""
    case = CASES[name]
    passed, _ = compute_score(case.program, case.apps, continuous=True)
    return passed is True


def opened(variant: str, name: str, workers: int) -> Judging:
    """A judge of so many programs."""
    return judging(judge, name, workers)
