"""SIGKILL at random times: the same command goes on until it ends."""

import signal
import subprocess
from pathlib import Path
from random import Random
from typing import Any

from hostile.command import Store, difference

BETWEEN = {"process": (1.0, 12.0), "local": (4.0, 30.0)}
"""Runner → seconds after which its command is killed."""


def kill_again_and_again(on: str, kills: int, directory: Path, seed: int, wanted: dict[str, str]) -> dict[str, Any]:
    """Kill the command so many times; a run that comes to its end before is checked, and another one is begun."""
    random, done, ended, orphans = Random(seed), 0, 0, 0
    store = Store(str(directory / f"killed-{on}-0"), on)
    while True:
        process = store.start()
        try:
            _, errors = process.communicate(timeout=random.uniform(*BETWEEN[on]) if done < kills else None)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
            done += 1
            orphans += store.survivors()
            continue
        if process.returncode:
            return {"fault": f"after {done} kills it ended with {process.returncode}: {errors[-300:]}", "told": ""}
        ended += 1
        fault = difference(store.digests(), wanted)
        if fault or done == kills:
            left = f"{orphans} processes lived on for 2 s" if orphans else ""
            return {"fault": fault or left, "told": f"{done} kills, {ended} runs, same digests, no process left"}
        store = Store(str(directory / f"killed-{on}-{ended}"), on)
