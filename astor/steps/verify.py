"""verify: completions and references → verdicts. The only step that reads references."""

from collections.abc import Mapping, Sequence
from itertools import islice

from astor.records import Completion, Reference, Verdict, references_by_prompt
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
    sampled: list[Completion] = run.artifacts.read(completions, "completions")
    greedy: list[Completion] = []
    if evaluating := run.artifacts.has(completions, "greedy_completions"):
        report_progress(evaluation_stage(uri), 2, EVALUATION, "judging answers")
        greedy = run.artifacts.read(completions, "greedy_completions")
    return run.artifacts.commit(uri, made_from, **verdicts_on(run, known, sampled, greedy if evaluating else None))


def verdicts_on(
    run: Run, known: Mapping[str, Reference], sampled: Sequence[Completion], greedy: Sequence[Completion] | None
) -> dict[str, list[Verdict]]:
    """The parts that verdicts are committed as; of an evaluation, which has greedy answers, on these too.

    `known` has the references by prompt.
    """
    # All together: what is equal is run once, and most greedy answers were sampled too.
    completions, extended = [*sampled, *(greedy or ())], greedy is not None
    judged = iter(judge_completions(run.tasks, known, completions, run.services.sandbox, extended=extended))
    verdicts: list[Verdict] = list(islice(judged, len(sampled)))
    return {"verdicts": verdicts, "greedy_verdicts": list(judged)} if extended else {"verdicts": verdicts}
