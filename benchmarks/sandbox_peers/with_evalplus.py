"""evalplus: `untrusted_check`, over processes as its `evaluate` does."""

from cases import CASES
from evalplus.eval import PASS, untrusted_check
from pools import Judging, judging


def judge(name: str) -> bool:
    """Whether it passes, by evalplus."""
    case = CASES[name]
    verdict, _ = untrusted_check(
        "humaneval",
        case.program,
        case.arguments,
        case.entry,
        expected=case.expected,
        atol=0,
        ref_time=[0.1] * len(case.arguments),
    )
    return bool(verdict == PASS)


def opened(variant: str, name: str, workers: int) -> Judging:
    """A judge of so many programs."""
    return judging(judge, name, workers)
