"""SIGKILL at random times: the same command goes on until it ends."""

import shutil
import signal
import subprocess
import time
from pathlib import Path
from random import Random
from typing import Any

from hostile.command import Store, difference

BETWEEN = (0.1, 0.8)
"""Shares of the time that the command took when it was left alone, between which it is killed."""


def kill_again_and_again(on: str, kills: int, directory: Path, seed: int, wanted: dict[str, str]) -> dict[str, Any]:
    """Kill the command so many times; a run that comes to its end before is checked, and another one is begun."""
    random, done, ended, orphans = Random(seed), 0, 0, 0
    root = directory / f"killed-{on}"
    alone = Store(str(root / "alone"), on)
    shutil.rmtree(root, ignore_errors=True)
    began = time.monotonic()
    if (first := alone.finish()).code or (fault := difference(alone.digests(), wanted)):
        return {"fault": first.errors[-300:] if first.code else f"left alone, {fault}", "told": ""}
    took = time.monotonic() - began
    store = Store(str(root / "0"), on)
    while True:
        process = store.start()
        try:
            after = took * random.uniform(*BETWEEN) if done < kills else None
            _, errors = process.communicate(timeout=after)
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
        store = Store(str(root / str(ended)), on)
