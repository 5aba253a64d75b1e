"""Every loss there is, ours and those of other packages."""

from typing import Annotated

from pydantic import SerializeAsAny

from astor.catalogue import catalogue
from astor.choice import choice
from astor.losses.dapo import Dapo
from astor.losses.dr_grpo import DrGrpo
from astor.losses.grpo import Grpo
from astor.losses.loss import Loss

ENTRY_POINTS = "astor.losses"


def loss_classes() -> dict[str, type[Loss]]:
    """Name of a loss, which is its `type` → its class."""
    ours: dict[str, type[Loss]] = {"grpo": Grpo, "dapo": Dapo, "dr_grpo": DrGrpo}
    return catalogue(ENTRY_POINTS, ours)


LossChoice = Annotated[SerializeAsAny[Loss], choice("loss", loss_classes, "grpo")]
"""An option that holds a loss, read by its `type`."""
