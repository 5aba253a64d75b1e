"""verify: completions and references → verdicts. The only step that reads references."""

from astor.records import Completion, Reference, Verdict
from astor.steps.run import Run
from astor.tasks.judging import judge_completions


def verify(run: Run, references: str, completions: str) -> str:
    """Commit the verdicts on what `rollout` committed and return their reference.

    What was rolled out for an evaluation is measured by the metrics that are no reward, too.
    """
    uri = f"{completions.rpartition('#')[0].rpartition('/')[0]}/verify"
    made_from = {"references": references, "completions": completions}
    if reference := run.done(uri, made_from):
        return reference
    known = run.read(references, "references", by_prompt)
    evaluating = run.has(completions, "greedy_completions")

    def judge(part: str) -> list[Verdict]:
        rolled_out: list[Completion] = run.read(completions, part)
        return judge_completions(run.tasks, known, rolled_out, run.sandbox, extended=evaluating)

    parts = {"verdicts": judge("completions")}
    if evaluating:
        parts["greedy_verdicts"] = judge("greedy_completions")
    return run.commit(uri, made_from, **parts)


def by_prompt(references: list[Reference]) -> dict[str, Reference]:
    """Prompt id → reference."""
    return {reference.prompt_id: reference for reference in references}
