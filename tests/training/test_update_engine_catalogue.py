from collections.abc import Callable
from pathlib import Path

import pytest

from astor.errors import UserError
from astor.storage import PolicyRef
from astor.training.catalogue import update_engine_options
from astor.training.engine import ReferencePolicy

PACKAGE = """
from typing import Literal

from astor.training.engine import UpdateEngineOptions

class MyOptions(UpdateEngineOptions):
    type: Literal["mine"] = "mine"
    processes: int = 8

    def make(self, policy, reference, trainer):
        return f"{self.processes} processes train {policy.name}"

def offered():
    return {NAMES}
"""


def test_ours_carry_their_names() -> None:
    for name, options in update_engine_options().items():
        assert options().type == name


def test_a_package_adds_its_own_and_the_options_make_it(installed: Callable[[str, str, str], None]) -> None:
    installed("astor.update_engines", PACKAGE.replace("NAMES", '"mine": MyOptions'), "offered")
    options = update_engine_options()["mine"].model_validate({"loss": {"clip_high": 0.3}})
    assert options.loss.clip_high == 0.3
    reference = ReferencePolicy(
        ref=PolicyRef("", ""), directory=Path, weights=lambda: pytest.fail("an engine need not load it")
    )
    assert options.make(Path("policy"), reference, None) == "8 processes train policy"


def test_a_name_that_is_taken_is_refused(installed: Callable[[str, str, str], None]) -> None:
    installed("astor.update_engines", PACKAGE.replace("NAMES", '"torch": MyOptions'), "offered")
    with pytest.raises(UserError, match="offers 'torch'"):
        update_engine_options()
