"""prepare_suite: items of a suite's source → prompts and, under a prefix of their own, references."""

from pathlib import Path

from astor.recipe.suite import Suite
from astor.run.progress import report_progress
from astor.run.run import Run
from astor.run.suite import Asked, SuiteNotes, gather_suite, suite_places
from astor.storage import ArtifactRef

NOTES = "notes.json"


def prepare_suite(run: Run, suite: Suite) -> Asked:
    """Commit what a suite asks, and apart from it what judges the answers; what was prepared before is found again.

    Raises:
        UserError: the source is not there or cannot be read, or a task has nothing to ask.
    """
    prompts_uri, references_uri = suite_places(run, suite)
    references = run.artifacts.done(references_uri, {})
    if references and (prompts := run.artifacts.done(prompts_uri, {"references": references})):
        return Asked(prompts, references)
    stage = f"questions of {suite.name}"
    report_progress(stage, 0, 0)
    gathered, notes = gather_suite(run, suite)
    report_progress(stage, 1, 1, f"{len(gathered.prompts)} prompts")

    def write(directory: Path) -> None:
        (directory / NOTES).write_text(notes.model_dump_json())

    references = run.artifacts.commit(references_uri, {}, references=gathered.references)
    made_from = {"references": references}
    prompts = run.artifacts.commit(prompts_uri, made_from, prompts=gathered.framed_prompts(), notes=write)
    return Asked(prompts, references)


def read_notes(run: Run, prompts: ArtifactRef) -> SuiteNotes:
    """What was noted beside a suite's prompts."""
    return SuiteNotes.model_validate_json((run.artifacts.read(prompts, "notes") / NOTES).read_text())
