"""Every source there is, ours and those of other packages."""

from collections.abc import Callable, Mapping
from importlib.metadata import entry_points

from astor.data.commits import CommitsSource
from astor.data.crux_eval import CruxEvalSource
from astor.data.doctests import DoctestsSource
from astor.data.git import GitSource
from astor.data.human_eval import HumanEvalSource
from astor.data.jsonl import JsonlSource
from astor.data.mbpp import MbppSource
from astor.data.prepared import PreparedSource
from astor.data.procedural import ProceduralSource
from astor.data.source import Source
from astor.data.stdin_problems import StdinProblemsSource
from astor.data.trajectories import TrajectoriesSource
from astor.data.underspecified import UnderspecifiedSource
from astor.errors import UserError

ENTRY_POINTS = "astor.sources"
"""Group of entry points, each a function without arguments that gives a mapping from name to class."""


def source_classes() -> dict[str, type[Source]]:
    """Name of a source, which is the `type` of its options → its class."""
    classes: dict[str, type[Source]] = {
        "procedural": ProceduralSource,
        "underspecified": UnderspecifiedSource,
        "mbpp": MbppSource,
        "human-eval": HumanEvalSource,
        "crux-eval": CruxEvalSource,
        "stdin": StdinProblemsSource,
        "doctests": DoctestsSource,
        "commits": CommitsSource,
        "git": GitSource,
        "jsonl": JsonlSource,
        "prepared": PreparedSource,
        "trajectories": TrajectoriesSource,
    }
    for point in entry_points(group=ENTRY_POINTS):
        find: Callable[[], Mapping[str, type[Source]]] = point.load()
        found = find()
        if taken := sorted(classes.keys() & found.keys()):
            raise UserError(f"{point.value} ({ENTRY_POINTS}) offers {taken[0]!r}, which is taken: rename it.")
        classes.update(found)
    return classes
