"""What a suite came to, read back from what was committed."""

from astor.evaluation.suites import Answers, Measured, SuiteResult
from astor.recipe.suite import Suite
from astor.records import Prompt
from astor.run.places import names_below
from astor.run.run import Run
from astor.run.suite import SuiteNotes
from astor.storage import ArtifactRef, find


def read_suite(
    run: Run, suite: Suite, prompts: ArtifactRef, notes: SuiteNotes, first: ArtifactRef, other: ArtifactRef | None
) -> SuiteResult:
    """The result of a suite: `first` and `other` are what `evaluate_suite` committed of the models."""
    asked: list[Prompt] = run.artifacts.read(prompts, "prompts")
    return SuiteResult(
        name=suite.name,
        about=suite.about,
        origin=suite.origin,
        samples=suite.samples,
        temperature=suite.temperature,
        top_p=suite.top_p,
        seed=suite.seed,
        measures=suite.measures,
        prompts={task: sum(prompt.task == task for prompt in asked) for task in run.tasks},
        left_out=notes.left_out,
        first=_measured(run, first),
        other=_measured(run, other) if other else None,
    )


def _measured(run: Run, scores: ArtifactRef) -> Measured:
    sampled, greedy = (
        Answers(run.artifacts.read(scores, of), run.artifacts.read(scores, items))
        for of, items in (("scores", "items"), ("greedy_scores", "greedy_items"))
    )
    return Measured(sampled, greedy, _seconds(scores.uri.rpartition("/")[0]), scores.uri)


def _seconds(place: str) -> float:
    """Wall time of all blocks."""
    found = [
        find(f"{place}/{name}/{step}")
        for name in names_below(place)
        if name.isdecimal()
        for step in ("rollout", "verify")
    ]
    return sum(artifact.manifest.seconds for artifact in found if artifact)
