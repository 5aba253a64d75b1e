import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from astor.records import Outcome, Verdict
from astor.tasks.commit_message import CommitMessage, CommitMessageOptions

SHARE = st.floats(0, 1)


def reward(score: float, form: float, format_share: float = 0.1) -> float:
    task = CommitMessage(CommitMessageOptions(format_share=format_share))
    verdict = Verdict(prompt_id="p", rollout=0, task=task.key, outcome=Outcome.FAILED, score=score, format=form)
    found = task.reward(verdict)
    assert found is not None
    return found


@given(SHARE, SHARE, st.floats(0, 0.1))
def test_rewards_stay_within_0_and_1_and_grow_with_the_score(score: float, form: float, format_share: float) -> None:
    assert 0 <= reward(score, form, format_share) <= 1
    assert reward(score, form, format_share) <= reward(1, form, format_share)


def test_nine_tenths_are_the_tasks_and_one_the_forms() -> None:
    assert reward(0.5, 1) == pytest.approx(0.55)
    assert reward(1, 0) == 0
    assert reward(0, 1) == pytest.approx(0.1)
    assert reward(1, 1) == pytest.approx(1)


def test_the_form_never_earns_more_than_a_tenth() -> None:
    with pytest.raises(ValidationError):
        CommitMessageOptions(format_share=0.2)
