import pytest

from astor.coordination.catalogue import scheduler_classes
from astor.errors import UserError

PACKAGE = """
from astor.coordination.schedulers.uniform import UniformScheduler

class MyScheduler(UniformScheduler):
    pass

def schedulers():
    return NAMES
"""


def test_ours_have_option_models_that_carry_their_names() -> None:
    for name, scheduler in scheduler_classes().items():
        assert scheduler.options_type.model_fields["type"].default == name


def test_a_package_adds_its_own(installed) -> None:
    installed("astor.schedulers", PACKAGE.replace("NAMES", "{'mine': MyScheduler}"), "schedulers")
    assert {"astor", "uniform", "mine"} < set(scheduler_classes())


def test_a_name_that_is_taken_is_refused(installed) -> None:
    installed("astor.schedulers", PACKAGE.replace("NAMES", "{'astor': MyScheduler}"), "schedulers")
    with pytest.raises(UserError, match="offers 'astor'"):
        scheduler_classes()
