"""Every scheduler there is, ours and those of other packages."""

from collections.abc import Callable, Mapping
from importlib.metadata import entry_points

from astor.coordination.scheduler import Scheduler
from astor.coordination.schedulers.astor import AstorScheduler
from astor.coordination.schedulers.uniform import UniformScheduler
from astor.errors import UserError

ENTRY_POINTS = "astor.schedulers"
"""Group of entry points, each a function without arguments that gives a mapping from name to class."""


def scheduler_classes() -> dict[str, type[Scheduler]]:
    """Name of a scheduler, which is the `type` of its options → its class."""
    classes: dict[str, type[Scheduler]] = {"astor": AstorScheduler, "uniform": UniformScheduler}
    for point in entry_points(group=ENTRY_POINTS):
        find: Callable[[], Mapping[str, type[Scheduler]]] = point.load()
        found = find()
        if taken := sorted(classes.keys() & found.keys()):
            raise UserError(
                f"{point.value} offers {taken[0]!r} under {ENTRY_POINTS}, which is taken: give it another name."
            )
        classes.update(found)
    return classes
