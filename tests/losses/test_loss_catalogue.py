import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest

from astor.errors import UserError
from astor.losses.catalogue import loss_classes
from astor.training.options import TorchOptions

PACKAGE = """
from typing import Literal

from astor.losses.grpo import Grpo

class Centred(Grpo):
    type: Literal["centred"] = "centred"
    power: float = 1.0

    def advantages(self, rewards):
        return (rewards - rewards.mean()) ** self.power

def offered():
    return {NAMES}
"""


def test_ours_carry_their_names() -> None:
    for name, loss in loss_classes().items():
        assert loss().type == name


def test_a_recipe_can_have_another_packages_loss(installed: Callable[[str, str, str], None]) -> None:
    installed("astor.losses", PACKAGE.replace("NAMES", '"centred": Centred'), "offered")
    training = TorchOptions.model_validate({"loss": {"type": "centred", "power": 3.0, "clip_high": 0.3}})
    assert training.loss.advantages(np.array([0.0, 1.0])).tolist() == [-0.125, 0.125]
    assert training.model_dump()["loss"]["power"] == 3.0


def test_a_name_that_is_taken_is_refused(installed: Callable[[str, str, str], None]) -> None:
    installed("astor.losses", PACKAGE.replace("NAMES", '"grpo": Centred'), "offered")
    with pytest.raises(UserError, match="offers 'grpo'"):
        loss_classes()


def test_losses_are_found_without_torch() -> None:
    """A recipe is read by processes that never train."""
    program = "import sys, astor.losses.catalogue as c; c.loss_classes(); sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)
