"""How far a submission is, from what KFP tells of its tasks."""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

LINK = re.compile(r"(round|segment)(?:[- ](\d+))?")
"""KFP calls the tasks of one component `segment`, `segment-2` and so on; people see `segment 2`."""
ENDED = ("SUCCEEDED", "SKIPPED")
NAMES = {
    "resolve-recipe": "resolve recipe",
    "prepare": "prepare",
    "initialise": "initialise",
    "plan": "plan",
    "finish": "evaluate and promote",
    "promote": "promote",
}
"""Task → what people call it, in the order in which they run; what is between them is the chain."""


STEPS = ("rollout", "verify", "score", "update", "evaluate", "evaluate-turns", "evaluation")
"""Tasks inside rounds and evaluations."""


class ChainProgress(NamedTuple):
    """Tasks that have begun, and links of the chain that are done."""

    begun: dict[str, bool]
    """What people call a task → whether it has ended, in the order in which they run."""
    links: int
    """Rounds or segments that have ended."""
    failed: str
    """Tasks that failed, the outermost first, in words; empty where none did."""
    reason: str
    """What KFP says of that."""


def chain_progress(tasks: Iterable[Any]) -> ChainProgress:
    """That of the tasks of a run, as KFP's `run_details` has them: its own drivers among them."""
    states: dict[str, bool] = {}
    ended: set[int] = set()
    failed: list[str] = []
    reasons: list[str] = []
    for task in tasks:
        name, state = task.display_name or "", str(task.state)
        link = LINK.fullmatch(name)
        called = f"{link[1]} {link[2] or 1}" if link else NAMES.get(name) or (name if name in NAMES.values() else "")
        if state == "FAILED":
            reasons.append(" ".join((task.error.message or "").split()) if task.error else "")
            if called or re.sub(r"-\d+$", "", name) in STEPS:
                failed.append(called or name)
        if link and state in ENDED:
            ended.add(int(link[2] or 1))
        elif called and not link:
            states[called] = states.get(called, False) or state in ENDED
    begun = {name: states[name] for name in NAMES.values() if name in states}
    return ChainProgress(begun, len(ended), ", ".join(dict.fromkeys(failed)), next(filter(None, reasons), ""))
