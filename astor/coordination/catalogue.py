"""Every scheduler there is, ours and those of other packages."""

from astor.catalogue import catalogue
from astor.coordination.scheduler import Scheduler
from astor.coordination.schedulers.astor import AstorScheduler
from astor.coordination.schedulers.curriculum import CurriculumScheduler
from astor.coordination.schedulers.dump import DumpScheduler
from astor.coordination.schedulers.fixed import FixedScheduler
from astor.coordination.schedulers.learnability import LearnabilityScheduler
from astor.coordination.schedulers.mt_grpo import MtGrpoScheduler
from astor.coordination.schedulers.pac import PacScheduler
from astor.coordination.schedulers.sec import SecScheduler
from astor.coordination.schedulers.size_proportional import SizeProportionalScheduler
from astor.coordination.schedulers.uniform import UniformScheduler

ENTRY_POINTS = "astor.schedulers"


def scheduler_classes() -> dict[str, type[Scheduler]]:
    """Name of a scheduler, which is the `type` of its options → its class."""
    ours: dict[str, type[Scheduler]] = {
        "astor": AstorScheduler,
        "curriculum": CurriculumScheduler,
        "dump": DumpScheduler,
        "fixed": FixedScheduler,
        "learnability": LearnabilityScheduler,
        "mt_grpo": MtGrpoScheduler,
        "pac": PacScheduler,
        "sec": SecScheduler,
        "size_proportional": SizeProportionalScheduler,
        "uniform": UniformScheduler,
    }
    return catalogue(ENTRY_POINTS, ours)
