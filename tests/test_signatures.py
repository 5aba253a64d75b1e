"""What packages of other people build on keeps its names.

After a change that is meant, `python tests/test_signatures.py > tests/golden/signatures.txt` writes the new text.
"""

import ast
import inspect
import textwrap
from collections.abc import Iterator
from pathlib import Path

from astor import records
from astor.coordination import catalogue as schedulers
from astor.coordination.observation import RoundObservation
from astor.coordination.scheduler import RoundPlan, Scheduler, SchedulerOptions, TaskInfo
from astor.data import catalogue as sources
from astor.data.source import Source
from astor.losses import catalogue as losses
from astor.losses.loss import Loss, LossInputs, LossOutputs
from astor.rollout import catalogue as rollout_engines
from astor.rollout.engine import Engine, EngineOptions, Request, Sample, Sampler
from astor.sandbox import Sandbox
from astor.sandbox.runner import JobRunner
from astor.tasks import catalogue as tasks
from astor.tasks.front_door import AskableTask, TaskRequest
from astor.tasks.task import Answer, Example, Judgement, Task, TaskOptions
from astor.training import catalogue as update_engines
from astor.training import first_policy
from astor.training.engine import ReferencePolicy, UpdateEngine, UpdateEngineOptions
from astor.training.first_policy import FirstPolicyOptions

GOLDEN = Path(__file__).parent / "golden" / "signatures.txt"
CATALOGUES = (tasks, sources, schedulers, losses, rollout_engines, update_engines, first_policy)
CLASSES: tuple[type, ...] = (
    *(Task, TaskOptions, Example, Answer, Judgement, AskableTask, TaskRequest, Source),
    *(Scheduler, SchedulerOptions, TaskInfo, RoundPlan, RoundObservation),
    *(JobRunner, Sandbox, Engine, EngineOptions, Request, Sample, Sampler),
    *(UpdateEngine, UpdateEngineOptions, ReferencePolicy, Loss, LossInputs, LossOutputs, FirstPolicyOptions),
)
OPEN = ("__init__", "__call__", "_plan", "_redraw", "_observe", "_own_state", "_load_own_state")
"""Methods beside those without an underscore that others call or write."""


def signatures() -> str:
    """Groups of entry points, fields and methods of what is built on, and fields of records, as they are written."""
    groups = [f"entry points {name}" for name in sorted(module.ENTRY_POINTS for module in CATALOGUES)]
    classes = ["\n".join(class_lines(cls)) for cls in CLASSES]
    kinds = [getattr(records, name) for name in records.__all__]
    fields = [
        f"record {kind.__name__}: {', '.join(kind.model_fields)}"
        for kind in kinds
        if isinstance(kind, type) and issubclass(kind, records.Record)
    ]
    return "\n\n".join(["\n".join(groups), *classes, "\n".join(fields)]) + "\n"


def class_lines(cls: type) -> Iterator[str]:
    """The head of a class, its fields and its methods, without bodies and docstrings."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
    assert isinstance(tree, ast.ClassDef)
    bases = ", ".join(ast.unparse(base) for base in tree.bases)
    yield f"class {tree.name}({bases})" if bases else f"class {tree.name}"
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and not ast.unparse(node.target).startswith("_"):
            yield f"    {ast.unparse(node)}"
        elif isinstance(node, ast.FunctionDef) and (node.name in OPEN or not node.name.startswith("_")):
            result = f" -> {ast.unparse(node.returns)}" if node.returns else ""
            marks = "".join(f"@{ast.unparse(mark)} " for mark in node.decorator_list)
            yield f"    {marks}def {node.name}({ast.unparse(node.args)}){result}"


def test_signatures_that_others_build_on_are_those_of_the_golden_file() -> None:
    command = "python tests/test_signatures.py > tests/golden/signatures.txt"
    assert signatures() == GOLDEN.read_text(), f"if the change is meant, run: {command}"


if __name__ == "__main__":
    print(signatures(), end="")
