"""A suite's questions, gathered from its source, and where what comes of them lies."""

from collections import Counter
from typing import NamedTuple

from astor.data.catalogue import make_source
from astor.data.source import Source
from astor.errors import UserError
from astor.options import Options
from astor.recipe.suite import Bench, Suite
from astor.records import Split
from astor.run.code import code_digest
from astor.run.gathering import Gathering
from astor.run.places import EVALUATIONS
from astor.run.reading import BARREN_ITEMS, read_items
from astor.run.run import Run
from astor.storage import ArtifactRef, PolicyRef, digest_json

SHOWN = (Split.WARM_START, Split.TRAIN)
"""Splits whose items prompts may show answered."""


class Asked(NamedTuple):
    """What a suite asks."""

    prompts: ArtifactRef
    references: ArtifactRef


class SuiteNotes(Options):
    """What a source gave of a suite's questions; it lies beside them."""

    items: int
    """Items that the source gave, of the suite's split."""
    left_out: dict[str, int]
    """Reason → entries and items of the source that are not asked about."""


def source_of(suite: Suite) -> Source:
    """The suite's source.

    Raises:
        UserError: nothing is where its data shall lie, or it has no end and the suite does not say how much to ask.
    """
    source, place = make_source(suite.source, suite.splits), getattr(suite.source, "path", None)
    if place is not None and not source.contents():
        origin = f"get it from {suite.origin}, and " if suite.origin else ""
        raise UserError(
            f"There is nothing at {place}, which the suite {suite.name} reads: {origin}name the file with --data."
        )
    if source.endless and suite.prompts is None:
        raise UserError(f"The source of the suite {suite.name} has no end: say with prompts how many each task asks.")
    return source


def suite_places(run: Run, suite: Suite) -> tuple[str, str]:
    """URIs of the suite's prompts and references, called after what they are made from."""
    key = digest_json(
        [
            source_of(suite).identity(),
            suite.model_dump(mode="json", include={"split", "splits", "prompts", "tasks"}),
            [task.reference_type.model_json_schema() for task in run.tasks.values()],
            code_digest("records", "data", "tasks", "run/gathering.py", "run/reading.py", "run/suite.py"),
        ]
    )[:16]
    return f"{run.places.root}/cache/prompts/{key}", f"{run.places.root}/references/{key}"


def evaluation_place(run: Run, suite: Suite, bench: Bench, asked: Asked, policy: PolicyRef) -> str:
    """Below which URI a policy's answers to a suite lie: one place for each way of asking and judging."""
    how = suite.model_dump(mode="json", include={"samples", "temperature", "top_p", "seed", "limits"})
    code = code_digest("sandbox", "tasks", "rollout", "evaluation/score.py", "evaluation/metrics.py")
    key = digest_json([asked.prompts.digest, asked.references.digest, how, bench.deciding, code])[:12]
    return f"{run.places.root}/{EVALUATIONS}/{suite.name}-{key}/policy-{policy.digest[:12]}"


def gather_suite(run: Run, suite: Suite) -> tuple[Gathering, SuiteNotes]:
    """The suite's questions, of items that hold what they claim, and what its source gave.

    Raises:
        UserError: the source cannot be read, or a task has nothing to ask.
    """
    source, refuted = source_of(suite), Counter[str]()
    gathered = Gathering(run.tasks, {Split.HELD_OUT: suite.prompts})
    items, unasked = 0, 0
    for split, item in read_items(run, source, refuted=refuted):
        if not (place := _placed(suite, split)):
            continue
        before = gathered.counts.total()
        gathered.add((place, item))
        if place is Split.HELD_OUT:
            items += 1
            unasked += gathered.counts.total() == before
        if gathered.complete or gathered.barren >= BARREN_ITEMS:
            break
    for task in run.tasks:
        if not gathered.counts[Split.HELD_OUT, task]:
            raise UserError(
                f"The suite {suite.name} has nothing to ask of {task}: of {items} items that its source gave none is "
                f"of its kind{_because(source.left_out + refuted)}."
            )
    left_out = source.left_out + refuted
    if unasked and not source.endless:
        left_out["no task of the suite asks about it"] = unasked
    return gathered, SuiteNotes(items=items, left_out=dict(left_out))


def _placed(suite: Suite, split: Split) -> Split | None:
    """As what an item is taken; None where it is not."""
    if suite.split is None or split is suite.split:
        return Split.HELD_OUT
    return split if split in SHOWN else None


def _because(left_out: Counter[str]) -> str:
    told = ", ".join(f"{count} {reason}" for reason, count in left_out.most_common())
    return f" (left out: {told})" if told else ""
