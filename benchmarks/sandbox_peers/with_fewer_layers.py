"""astor's sandbox in calls mode with some of its layers: zygotes that this benchmark starts in its own way."""

import os
from pathlib import Path

from pools import Judging
from with_astor import opened as with_all

from astor.sandbox import CallsJob, SandboxOptions, sandbox
from astor.sandbox.isolation.bubblewrap import Bubblewrap
from astor.sandbox.workers import config
from astor.sandbox.workers.config import WorkerConfig

NO_LAYER_CHECK = CallsJob("def try_layers(): return {}", "try_layers", ((),))
"""What is asked instead of the layer check, which is not to be run with nothing around it."""


def opened(variant: str, name: str, workers: int) -> Judging:
    """What runs so many jobs with the layers that `variant` names."""
    make = config.worker_config

    def fewer(options: SandboxOptions) -> WorkerConfig:
        zygote = {**make(options).zygote, "parent": os.getpid()}
        if "seccomp" not in variant:
            zygote |= {"zygote_filter": b"", "child_filter": b""}
        return WorkerConfig(Bubblewrap(missing="left out"), zygote)

    if "landlock" not in variant:
        # The launcher that lies beside this file; it finds no Landlock.
        config._LAUNCH = Path(__file__).with_name("launch.py")
    sandbox.worker_config = fewer
    sandbox.LAYER_CHECK = NO_LAYER_CHECK
    sandbox.require = lambda layers: None
    return with_all("calls", name, workers)
