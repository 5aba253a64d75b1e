"""One factor of all KL coefficients, steered by the KL that updates measure."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from astor.coordination.calibration import CalibrationOptions
from astor.coordination.kl_coefficients import AdaptiveKL
from astor.coordination.schedulers.astor import AstorOptions
from astor.coordination.schedulers.uniform import UniformOptions, UniformScheduler
from tests.coordination.conftest import Play
from tests.coordination.sketched import report_of, task_update


def report(*kls):
    return report_of(kl={f"task {number}": kl for number, kl in enumerate(kls)})


def test_the_factor_rises_above_the_target_and_falls_below_it_as_in_the_paper():
    adaptive = AdaptiveKL(target=0.1)
    adaptive.observe(report(0.11))
    assert adaptive.factor == pytest.approx(1.01)
    adaptive.observe(report(0.05, 0.13))
    assert adaptive.factor == pytest.approx(1.01 * 0.99)


@given(st.floats(0, 1e3))
def test_no_round_changes_it_by_more_than_a_fiftieth(kl):
    adaptive = AdaptiveKL(target=0.02)
    adaptive.observe(report(kl))
    assert 0.98 - 1e-12 <= adaptive.factor <= 1.02 + 1e-12


def test_it_stays_without_a_target_and_where_nothing_was_measured():
    without, idle = AdaptiveKL(None), AdaptiveKL(0.1)
    without.observe(report(5.0))
    for nothing in (None, report().model_copy(update={"tasks": {"a": task_update(tokens=0, kl=5.0)}})):
        idle.observe(nothing)
    assert (without.factor, idle.factor) == (1.0, 1.0)


def test_every_scheduler_has_it_in_its_coefficients_and_goes_on_with_it(make_tasks, play: Play):
    options, tasks = UniformOptions(kl_coefficient=0.5, kl_target=0.1), make_tasks("a", "b")
    scheduler = UniformScheduler(options, tasks, 0)
    plan = scheduler.next_round(4)
    assert plan.kl_coefficients == {"a": 0.5, "b": 0.5}
    scheduler.observe(play(plan, {"a": 0.5, "b": 0.5}, report(0.2, 0.2)))
    again = UniformScheduler(options, tasks, 0)
    again.load_state_dict(json.loads(json.dumps(scheduler.state_dict())))
    for each in (scheduler, again):
        plan = each.next_round(4)
        assert plan.kl_coefficients["a"] == pytest.approx(0.51)
        assert plan.kl_multipliers["a"] == pytest.approx(1.02)


def test_two_controllers_of_one_coefficient_are_refused():
    with pytest.raises(ValidationError, match="leave one of them out"):
        AstorOptions(kl_target=0.1, calibration=CalibrationOptions(by="target", kappa=0.1))
