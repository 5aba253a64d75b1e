"""Programs of trajectories are read after the thinking, run once each, and judged on hidden tests."""

from astor.data.turns import fenced
from astor.records import Call, Reference
from astor.tasks.multi_turn.code_turns import CodeTurns
from astor.tasks.multi_turn.feedback import FeedbackOptions
from astor.tasks.multi_turn.programs import read_programs, run_calls
from astor.tasks.multi_turn.reference import MultiTurnReference
from tests.trajectories import trajectory_of

DOUBLE = "def f(x):\n    return 2 * x\n"
TESTS = tuple(Call(arguments=f"({x},)", returns=str(2 * x)) for x in range(16))


def test_programs_are_read_after_the_thinking(sandbox) -> None:
    long = "Is it\n```\nx = 1\n```\n" * 1000 + f"</think>It is\n{fenced(DOUBLE)}"
    assert read_programs(sandbox, [fenced(DOUBLE), "none", long], "fff") == [DOUBLE, None, DOUBLE]


def test_of_each_answer_the_program_is_read_that_defines_its_own_entry(sandbox) -> None:
    text = f"{fenced(DOUBLE)}\n{fenced(DOUBLE.replace('f(', 'g('))}\n```bash\nls\n```"
    of_f, of_g, of_none = read_programs(sandbox, [text] * 3, ["f", "g", "h"])
    assert of_f == DOUBLE
    assert of_g == of_none == DOUBLE.replace("f(", "g(")


def test_an_empty_block_and_a_draft_in_thinking_that_does_not_end_are_no_programs(sandbox) -> None:
    assert read_programs(sandbox, ["```python\n```", f"<think>Is it\n{fenced(DOUBLE)}"], "ff") == [None, None]
    assert read_programs(sandbox, [f"<think>so</think>\n{fenced(DOUBLE)}"], "f") == [DOUBLE]


def test_equal_programs_are_run_once(sandbox) -> None:
    wanted = (DOUBLE, "f", TESTS)
    ran = run_calls(sandbox, [wanted, wanted, ("def f(", "f", TESTS)])
    assert len(ran) == 2
    assert [claim.value for claim in ran[wanted].claims][:3] == [0, 2, 4]


def test_hidden_tests_are_filled_in(sandbox) -> None:
    trajectory = trajectory_of(0.0, 0.0, 0.0)
    programs = [None, "def f(x):\n    return 2 * x if x < 8 else 0", DOUBLE]
    turns = [turn.model_copy(update={"program": p}) for turn, p in zip(trajectory.turns, programs, strict=True)]
    trajectory = trajectory.model_copy(update={"turns": tuple(turns)})
    known = MultiTurnReference(entry="f", public_tests=(), tests=TESTS)
    references = {"p": Reference(prompt_id="p", task="t", data=known.model_dump(mode="json"))}
    (judged,) = CodeTurns(FeedbackOptions()).judge([trajectory], references, sandbox)
    assert [turn.hidden_rate for turn in judged.turns] == [0, 0.5, 1]
