"""Trajectories know their rates, refuse results that do not fit together, and can wait for hidden tests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from astor.records import Message, PublicTest, Split, Trajectory, Turn, read_jsonl, write_jsonl

results = st.lists(st.booleans(), min_size=4, max_size=4).map(tuple)


def turn(public: tuple[bool, ...], hidden: tuple[bool, ...] = (), **fields: object) -> Turn:
    known = {"text": "t", "program": "p", "shown_passed": public, "feedback": "again"}
    return Turn(**(known | {"public_passed": public, "hidden_passed": hidden} | fields))


def trajectory(*turns: Turn, **fields: object) -> Trajectory:
    tests = tuple(PublicTest(input=f"f({n})", expected=str(n)) for n in range(len(turns[0].public_passed)))
    known = {"prompt_id": "p", "task": "t", "split": Split.TRAIN, "index": 0, "policy_digest": "d", "messages": ()}
    return Trajectory(**(known | {"public_tests": tests, "turns": turns} | fields))


@given(public=results, hidden=st.lists(st.booleans(), min_size=1, max_size=30).map(tuple))
def test_the_rate_weighs_public_and_hidden_tests_by_their_number(public, hidden) -> None:
    one = turn(public, hidden)
    total = 4 + len(hidden)
    assert one.rate == pytest.approx(((total - 4) * one.hidden_rate + 4 * one.public_rate) / total)


def test_a_rate_needs_the_hidden_tests() -> None:
    with pytest.raises(AssertionError, match="hidden tests"):
        assert turn((True,)).rate


def test_feedback_that_all_pass_goes_by_what_is_shown_and_needs_a_program() -> None:
    assert turn((False,), shown_passed=(True,)).passes_what_is_shown
    assert not turn((True,), shown_passed=(False,)).passes_what_is_shown
    assert not turn((), program=None).passes_what_is_shown


def test_results_that_do_not_fit_together_are_refused() -> None:
    with pytest.raises(ValidationError, match="does not judge every public test"):
        trajectory(turn((True, False)), turn((True,)))
    with pytest.raises(ValidationError, match="do not run the same tests"):
        trajectory(turn((True,), (True,)), turn((True,)))
    with pytest.raises(ValidationError, match="that it does not have"):
        trajectory(turn((True,)), perturbed=(0, 1))
    with pytest.raises(ValidationError):
        trajectory(turn((True,)), turns=())


def test_trajectories_survive_their_file(tmp_path) -> None:
    opened = (Message(role="user", content="write f"),)
    kept = [trajectory(turn((True, False), (False,)), turn((True, True), (True,)), messages=opened, perturbed=(1, 0))]
    write_jsonl(tmp_path / "trajectories.jsonl", kept)
    assert list(read_jsonl(tmp_path / "trajectories.jsonl", Trajectory)) == kept
    assert kept[0].rates == (pytest.approx(1 / 3), 1)
