"""What both sides have in common: the case that they are given, its reward, and rounds that begin when told to.

Standard library alone, for it runs in the peer's environment too.
"""

import json
import resource
import sys
import time
from pathlib import Path
from typing import NamedTuple


class Case(NamedTuple):
    """What is trained on what."""

    model: str
    """A Hugging Face directory with fp32 weights."""
    prompts: list[str]
    """Of each round in turn, as the policy reads them: chat turns among them."""
    prompts_per_round: int
    rollouts: int
    answer_tokens: int
    """Of every answer: no token ends one."""
    updates: int
    """Optimizer steps a round."""
    tokens_per_micro_batch: int
    threads: int
    device: str
    kl_coefficient: float = 1e-3
    learning_rate: float = 1e-5

    @property
    def rounds(self) -> int:
        return len(self.prompts) // self.prompts_per_round


def read_case() -> Case:
    """The case in the file that the command line names."""
    return Case(**json.loads(Path(sys.argv[1]).read_text()))


def clock(device: str) -> float:
    """Seconds: of this process's CPU where it computes on that, so that what else runs there does not count; else of
    the wall."""
    return time.process_time() if device == "cpu" else time.perf_counter()


def reward(text: str) -> float:
    """Share of an answer's characters that are letters: cheap, and different for nearly every answer."""
    return sum(map(str.isalpha, text)) / max(len(text), 1)


def wait_for_turn() -> None:
    """Return once the other side of the pipe says that it is this side's turn."""
    if not sys.stdin.readline():
        sys.exit()


def tell(**figures: float) -> None:
    """Report a round, with the peak of this process's memory so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print("round " + json.dumps({**figures, "peak_bytes": peak}), flush=True)
