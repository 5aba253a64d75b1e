"""Every update engine there is, ours and those of other packages."""

from astor.catalogue import catalogue
from astor.training.deepspeed_options import DeepSpeedOptions
from astor.training.engine import UpdateEngineOptions
from astor.training.options import TorchOptions

ENTRY_POINTS = "astor.update_engines"


def update_engine_options() -> dict[str, type[UpdateEngineOptions]]:
    """Name of an engine, which is the `type` of its options → its options, which make it."""
    return catalogue(ENTRY_POINTS, {"torch": TorchOptions, "deepspeed": DeepSpeedOptions})
