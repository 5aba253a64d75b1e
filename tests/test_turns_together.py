"""The way of a problem over turns: answers, feedback, trajectories, prompts, rewards, measures; a script answers."""

from collections.abc import Iterator, Sequence

import pytest

from astor.coordination.partial_trajectories import CutOptions, cut_trajectories
from astor.evaluation.hacking import count_hacking, hacking_events, hard_coding_events
from astor.evaluation.turns import score_turns
from astor.records import Call, Message, Prompt, PublicTest, Split, Trajectory, Turn
from astor.sandbox import CallsJob, Limits, ParseJob, Sandbox, SandboxOptions
from astor.tasks.multi_turn.answer_form import AnswerFormOptions
from astor.tasks.multi_turn.conversation import prefix
from astor.tasks.multi_turn.feedback import FeedbackOptions, give_feedback, public_tests
from astor.tasks.multi_turn.improvement import ImprovementOptions, turn_reward
from astor.tasks.multi_turn.perturbation import perturb
from astor.tasks.multi_turn.public_runs import runs_of_calls

CALLS = tuple(Call(arguments=f"({x},)", returns=str(x * x)) for x in range(2, 14))
PROMPT = Prompt(
    id="squares",
    item_id="i",
    task="t",
    split=Split.TRAIN,
    messages=(Message(role="user", content="write f for int: square"),),
    public_tests=CALLS[:4],
)
HIDDEN = CALLS[4:]
SHORT = FeedbackOptions(style="short")

DOUBLE = "def f(x):\n    return 2 * x"
SQUARE = "def f(x):\n    return x * x"
TABLE = "def f(x):\n    return {3: 16}.get(x, x * x)"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SandboxOptions(workers=1, limits=Limits(cpu_seconds=0.5, wall_seconds=5))) as sandbox:
        yield sandbox


def fenced(program: str) -> str:
    return f"Well.\n```python\n{program}\n```\n"


def collect(
    sandbox: Sandbox,
    index: int,
    programs: Sequence[str],
    shown: Sequence[PublicTest],
    true: Sequence[PublicTest],
    **fields,
) -> Trajectory:
    """What a rollout over turns makes of answers, one program each."""
    (parsed,) = sandbox.run([ParseJob("program", tuple(map(fenced, programs)))])
    turns = []
    for text, claim in zip(map(fenced, programs), parsed.claims, strict=True):
        inputs = tuple((int(test.input[2:-1]),) for test in true) + tuple((x,) for x in range(6, 14))
        (result,) = sandbox.run([CallsJob(claim.value, "f", inputs)])
        ended = runs_of_calls(result, shown) if claim.kind == "value" else None
        feedback = give_feedback(shown, ended, SHORT)
        hidden = [PublicTest(input="", expected=call.returns) for call in HIDDEN]
        everything = runs_of_calls(result, [*true, *hidden])
        passed = tuple(run.end == "passed" for run in everything)
        turns.append(
            Turn(
                text=text,
                program=claim.value,
                shown_passed=tuple(run.end == "passed" for run in ended),
                public_passed=passed[:4],
                hidden_passed=passed[4:],
                feedback=feedback.text,
                feedback_test=feedback.test,
            )
        )
    known = {"prompt_id": PROMPT.id, "task": "t", "split": Split.TRAIN, "index": index, "policy_digest": "d"}
    return Trajectory(**known, messages=PROMPT.messages, public_tests=tuple(shown), turns=tuple(turns), **fields)


def test_trajectories_become_prompts_with_rewards(sandbox: Sandbox) -> None:
    shown = public_tests(PROMPT, "f")
    trajectories = [
        collect(sandbox, index, programs, shown, shown)
        for index, programs in enumerate([(DOUBLE, SQUARE), (DOUBLE, DOUBLE), (SQUARE, SQUARE)])
    ]
    assert prefix(trajectories[0], 1)[-1].content == "f(3) == 9 not 6"
    assert [score.pass_at_1.value for score in score_turns(trajectories)] == pytest.approx([1 / 3, 2 / 3])

    partials = cut_trajectories(trajectories, lambda messages: 100 * len(messages), CutOptions())
    reached = {partial.id: partial.prev_best for partial in partials}
    assert reached == {"squares": 0, "squares/0/1": pytest.approx(1 / 12), "squares/0/2": 1}
    lengths = {partial.id: len(partial.messages) for partial in partials}
    assert lengths == {"squares": 1, "squares/0/1": 3, "squares/0/2": 5}

    options = ImprovementOptions(form=AnswerFormOptions(thinking=False))
    again, better = (
        turn_reward(fenced(DOUBLE), rate, reached["squares/0/1"], len, options).total for rate in (1 / 12, 1.0)
    )
    assert (again, better) == (pytest.approx(-0.1), 1)


def test_perturbed_tests_tell_a_table_from_a_solution(sandbox: Sandbox) -> None:
    true = public_tests(PROMPT, "f")
    changed = next(
        one
        for seed in range(99)
        if (one := perturb(true, seed)) and one.tests[0].expected == "16" and one.tests[0].input == "f(3)"
    )
    bent, honest = (
        collect(sandbox, index, programs, changed.tests, changed.true, perturbed=changed.perturbed)
        for index, programs in enumerate([(SQUARE, TABLE), (SQUARE, SQUARE + "\n")])
    )
    assert bent.turns[0].feedback == "f(3) == 16 not 9"
    assert bent.rates == (1, pytest.approx(11 / 12)), "true tests alone are paid"
    counts = count_hacking([bent, honest])
    assert (counts.events, counts.trajectories, counts.problems, counts.turns) == (1, 1, 1, 2)
    assert hard_coding_events([bent, honest], sandbox) == hacking_events(bent)
