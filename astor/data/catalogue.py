"""Every source there is, ours and those of other packages."""

from astor.catalogue import catalogue
from astor.data.commits import CommitsSource
from astor.data.crux_eval import CruxEvalSource
from astor.data.doctests import DoctestsSource
from astor.data.git import GitSource
from astor.data.human_eval import HumanEvalSource
from astor.data.jsonl import JsonlSource
from astor.data.mbpp import MbppSource
from astor.data.prepared import PreparedSource
from astor.data.procedural import ProceduralSource
from astor.data.published_functions import PublishedFunctionsSource
from astor.data.source import Source
from astor.data.splits import SplitOptions
from astor.data.stdin_problems import StdinProblemsSource
from astor.data.trajectories import TrajectoriesSource
from astor.data.underspecified import UnderspecifiedSource
from astor.options import Options

ENTRY_POINTS = "astor.sources"


def source_classes() -> dict[str, type[Source]]:
    """Name of a source, which is the `type` of its options → its class."""
    ours: dict[str, type[Source]] = {
        "procedural": ProceduralSource,
        "underspecified": UnderspecifiedSource,
        "mbpp": MbppSource,
        "human-eval": HumanEvalSource,
        "crux-eval": CruxEvalSource,
        "stdin": StdinProblemsSource,
        "functions": PublishedFunctionsSource,
        "doctests": DoctestsSource,
        "commits": CommitsSource,
        "git": GitSource,
        "jsonl": JsonlSource,
        "prepared": PreparedSource,
        "trajectories": TrajectoriesSource,
    }
    return catalogue(ENTRY_POINTS, ours)


def make_source(options: Options, splits: SplitOptions) -> Source:
    """The source that the options describe, by their `type`."""
    return source_classes()[options.model_dump(include={"type"})["type"]](options, splits)
