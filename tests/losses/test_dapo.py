import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astor.losses.dapo import Dapo
from astor.losses.grpo import Grpo


@pytest.mark.parametrize(("tokens", "penalty"), [(0, 0), (15, 0), (16, 0), (17, -0.25), (18, -0.5), (20, -1), (25, -1)])
def test_an_answer_is_punished_in_the_last_fifth_of_its_room(tokens: int, penalty: float) -> None:
    assert Dapo().length_penalty(tokens, 20) == pytest.approx(penalty)
    assert Dapo(overlong_factor=0.5).length_penalty(tokens, 20) == pytest.approx(penalty / 2)
    assert Grpo().length_penalty(tokens, 20) == 0, "no other loss punishes length"


@given(tokens=st.integers(0, 400), room=st.integers(1, 300), buffer=st.floats(0.01, 1))
def test_the_penalty_never_jumps(tokens: int, room: int, buffer: float) -> None:
    loss = Dapo(overlong_buffer=buffer)
    here, there = loss.length_penalty(tokens, room), loss.length_penalty(tokens + 1, room)
    assert -1 <= there <= here <= 0
    assert here - there <= 1 / (buffer * room) + 1e-9, "one token more costs its part of the buffer"


def test_it_is_what_the_paper_says() -> None:
    loss = Dapo()
    assert (loss.clip_low, loss.clip_high) == (0.2, 0.28)
    assert not loss.kl
    rewards = np.array([1.0, 0.0, 0.0])
    assert loss.advantages(rewards).tolist() == Grpo().advantages(rewards).tolist()
