import subprocess
import sys
from pathlib import Path

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


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """`installed(names)`: a package with losses of its own, as pip would leave it."""

    def install(names: str) -> None:
        (tmp_path / "my_losses.py").write_text(PACKAGE.replace("NAMES", names))
        info = tmp_path / "my_losses-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: my-losses\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text("[astor.losses]\nmine = my_losses:offered\n")
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.delitem(__import__("sys").modules, "my_losses", raising=False)

    return install


def test_ours_carry_their_names() -> None:
    for name, loss in loss_classes().items():
        assert loss().type == name


def test_a_recipe_can_have_another_packages_loss(installed) -> None:
    installed('"centred": Centred')
    training = TorchOptions.model_validate({"loss": {"type": "centred", "power": 3.0, "clip_high": 0.3}})
    assert training.loss.advantages(np.array([0.0, 1.0])).tolist() == [-0.125, 0.125]
    assert training.model_dump()["loss"]["power"] == 3.0


def test_a_name_that_is_taken_is_refused(installed) -> None:
    installed('"grpo": Centred')
    with pytest.raises(UserError, match="offers 'grpo'"):
        loss_classes()


def test_losses_are_found_without_torch() -> None:
    """A recipe is read by processes that never train."""
    program = "import sys, astor.losses.catalogue as c; c.loss_classes(); sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)
