"""Where the chat template begins the thinking, an answer that never ends it is malformed, in one turn or several."""

from collections.abc import Iterator

import pytest
import torch

from astor.data.turns import fenced
from astor.policies.policy import Policy
from astor.policies.tiny import CHAT_TEMPLATE
from astor.records import Batch, BatchRow, Call, Function, Item, Outcome, Split
from astor.rollout.live import live_sampler
from astor.rollout.options import TransformersEngineOptions
from astor.rollout.rollout import roll_out
from astor.rollout.turns import TurnsOptions, roll_out_turns
from astor.sandbox import Sandbox, SandboxOptions
from astor.tasks.code_generation import CodeGeneration
from astor.tasks.judging import judge_completions
from astor.tasks.multi_turn.code import MultiTurnCode
from astor.tasks.multi_turn.problem import Problem
from tests.given_answers import policy_that_says

DOUBLE = fenced("def f(x):\n    return 2 * x")
CUT = f"It may be\n{DOUBLE}\nBut the numbers"
ENDED = f"It may be\n{DOUBLE}\n</think>\n\n{DOUBLE}"
ITEM = Item(
    id="double",
    content=Function(
        entry="f",
        source="def f(x):\n    return 2 * x",
        description="double a number",
        calls=tuple(Call(arguments=f"({x},)", returns=str(2 * x)) for x in range(12)),
    ),
    source="test",
    licence="MIT",
    structural_hash="0" * 64,
)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SandboxOptions(workers=1)) as sandbox:
        yield sandbox


def thinker(answer: str) -> Policy:
    """A policy that says `answer` after a template that begins the thinking."""
    policy = policy_that_says([answer])
    tokenizer = policy.chat.tokenizer
    tokenizer.chat_template = CHAT_TEMPLATE.replace("'<|assistant|>' }}{% endif", "'<|assistant|><think>\n' }}{% endif")
    *_, last = tokenizer.encode("<think>\n", add_special_tokens=False)
    with torch.no_grad():
        policy.model.get_input_embeddings().weight[last, 0] = 1
    return policy


@pytest.mark.parametrize(
    ("answer", "outcome"), [(CUT, Outcome.MALFORMED), (DOUBLE, Outcome.MALFORMED), (ENDED, Outcome.PASSED)]
)
def test_a_draft_in_thinking_earns_nothing(sandbox, answer: str, outcome: Outcome) -> None:
    task = CodeGeneration(CodeGeneration.options_type(style="instruct"))
    (example,) = task.examples(ITEM, Split.TRAIN)
    row = BatchRow(prompt_id=example.prompt.id, task=task.key, rollouts=1, max_tokens=4)
    batch = Batch(round=0, policy_digest=None, seed=0, temperature=0.0, rows=(row,))
    sampler = live_sampler(thinker(answer), TransformersEngineOptions())
    completions = roll_out(sampler, {example.prompt.id: example.prompt}, batch)
    assert [completion.text for completion in completions] == [f"<think>\n{answer}"]
    references = {example.prompt.id: example.reference}
    (verdict,) = judge_completions({task.key: task}, references, completions, sandbox, extended=False)
    assert (verdict.outcome, verdict.score) == (outcome, float(outcome is Outcome.PASSED))


@pytest.mark.parametrize("verbatim", [False, True])
@pytest.mark.parametrize(("answer", "ended"), [(CUT, False), (ENDED, True)])
def test_a_draft_in_the_thinking_of_a_turn_is_no_program(sandbox, answer: str, ended: bool, verbatim: bool) -> None:
    options = MultiTurnCode.options_type(feedback={"style": "short"})
    task = MultiTurnCode(options)
    example = next(iter(task.examples(ITEM, Split.TRAIN)))
    sampler = live_sampler(thinker(answer), TransformersEngineOptions())
    asked = TurnsOptions(trajectories=1, turns=2, temperature=0.0, seed=0)
    problems = [Problem.of(example.prompt)]
    (dialogue,) = roll_out_turns(sampler, task.multi_turn, sandbox, problems, asked, verbatim=verbatim)
    for turn in dialogue.turns:
        assert turn.text == f"<think>\n{answer}"
        assert (turn.program is not None) == all(turn.public_passed) == ended
    if verbatim:
        completions = [dialogue.completion(sampler.chat)]
        references = {example.prompt.id: example.reference}
        (verdict,) = judge_completions({task.key: task}, references, completions, sandbox, extended=False)
        assert verdict.outcome is (Outcome.PASSED if ended else Outcome.MALFORMED)
