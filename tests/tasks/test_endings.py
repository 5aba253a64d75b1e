"""The end of a program as an outcome: only of those that did not finish."""

import pytest

from astor.records import Outcome
from astor.sandbox import Ending
from astor.tasks.endings import outcome_of

ABNORMAL = [ending for ending in Ending if ending is not Ending.FINISHED]


def test_every_abnormal_end_is_the_outcome_of_its_name():
    assert [outcome_of(ending) for ending in ABNORMAL] == [Outcome[ending.name] for ending in ABNORMAL]


def test_who_finished_has_not_passed_by_that():
    with pytest.raises(AssertionError):
        outcome_of(Ending.FINISHED)
