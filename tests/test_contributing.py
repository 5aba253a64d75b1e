"""The task that CONTRIBUTING builds works as it stands there."""

import re
from itertools import islice
from pathlib import Path

from astor.data.procedural import ProceduralOptions, ProceduralSource
from astor.data.splits import SplitOptions
from astor.records import Completion, Outcome, Split
from astor.sandbox import Sandbox
from astor.tasks.judging import judge_completions


def test_a_task_of_ones_own_is_one_class() -> None:
    text = (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text()
    scope: dict[str, object] = {}
    exec(re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)[0], scope)
    task = scope["Rename"](scope["RenameOptions"]())
    source = ProceduralSource(ProceduralOptions(commit_share=0), SplitOptions())
    (example,) = task.examples(next(islice(source.items(), 1)), Split.TRAIN)

    def completion(rollout: int, answer: str) -> Completion:
        return Completion(
            prompt_id=example.prompt.id,
            rollout=rollout,
            task=task.key,
            policy_digest="",
            prompt_tokens=(),
            tokens=(),
            logp_rollout=(),
            loss_mask=(),
            text=answer,
            finish_reason="stop",
        )

    answers = [completion(0, example.answer), completion(1, example.reference.solution), completion(2, "no program")]
    with Sandbox() as sandbox:
        references = {example.prompt.id: example.reference}
        verdicts = judge_completions({task.key: task}, references, answers, sandbox, extended=True)
    assert [verdict.outcome for verdict in verdicts] == [Outcome.PASSED, Outcome.MALFORMED, Outcome.MALFORMED]
    assert verdicts[0].score == 1
