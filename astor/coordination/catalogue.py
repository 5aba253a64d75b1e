"""Every scheduler there is, ours and those of other packages."""

from astor.catalogue import catalogue
from astor.coordination.scheduler import Scheduler
from astor.coordination.schedulers.astor import AstorScheduler
from astor.coordination.schedulers.uniform import UniformScheduler

ENTRY_POINTS = "astor.schedulers"


def scheduler_classes() -> dict[str, type[Scheduler]]:
    """Name of a scheduler, which is the `type` of its options → its class."""
    ours: dict[str, type[Scheduler]] = {"astor": AstorScheduler, "uniform": UniformScheduler}
    return catalogue(ENTRY_POINTS, ours)
