"""astor's sandbox in calls mode with some of its layers: zygotes that this benchmark starts in its own way."""

import os
from pathlib import Path

from pools import Judging
from with_astor import opened as with_all

from astor.sandbox import CallsJob, SandboxOptions, sandbox, surroundings
from astor.sandbox.bubblewrap import Bubblewrap
from astor.sandbox.surroundings import Surroundings

NO_PROBE = CallsJob("def look_around(): return {}", "look_around", ((),))
"""What is asked instead of the probe, which is not to be run with nothing around it."""


def opened(variant: str, name: str, workers: int) -> Judging:
    """What runs so many jobs with the layers that `variant` names."""
    make = surroundings.surroundings

    def fewer(options: SandboxOptions) -> Surroundings:
        config = {**make(options).config, "parent": os.getpid()}
        if "seccomp" not in variant:
            config |= {"zygote_filter": b"", "child_filter": b""}
        return Surroundings(Bubblewrap(missing="left out"), config)

    if "landlock" not in variant:
        # The launcher that lies beside this file; it finds no Landlock.
        surroundings._LAUNCH = Path(__file__).with_name("launch.py")
    sandbox.surroundings = fewer
    sandbox.PROBE = NO_PROBE
    sandbox.require = lambda layers: None
    return with_all("calls", name, workers)
