"""verify: completions and references → verdicts. The only step that reads references."""

from astor.records import Completion, Verdict, references_by_prompt
from astor.run.progress import EVALUATION, evaluation_stage, report_progress
from astor.run.run import Run
from astor.storage import ArtifactRef
from astor.tasks.judging import judge_completions


def verify(run: Run, references: ArtifactRef, completions: ArtifactRef) -> ArtifactRef:
    """Commit the verdicts on what `rollout` committed, beside it, and return their ref.

    What was rolled out for an evaluation is measured by the metrics that are no reward, too.
    """
    uri = completions.sibling(completions.uri.rpartition("/")[2].replace("rollout", "verify"))
    made_from = {"references": references, "completions": completions}
    if done := run.artifacts.done(uri, made_from):
        return done
    known = run.artifacts.read(references, "references", references_by_prompt)
    evaluating = run.artifacts.has(completions, "greedy_completions")

    def judge(part: str) -> list[Verdict]:
        rolled_out: list[Completion] = run.artifacts.read(completions, part)
        return judge_completions(run.tasks, known, rolled_out, run.services.sandbox, extended=evaluating)

    stage = evaluation_stage(uri)
    if evaluating:
        report_progress(stage, 2, EVALUATION, "judging sampled answers")
    parts = {"verdicts": judge("completions")}
    if evaluating:
        report_progress(stage, 3, EVALUATION, "judging greedy answers")
        parts["greedy_verdicts"] = judge("greedy_completions")
    return run.artifacts.commit(uri, made_from, **parts)
