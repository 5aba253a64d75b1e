"""A service goes away while a run goes on, and comes back."""

import shutil
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

from hostile.command import Ended, Store, difference
from hostile.services import Service, mlflow_server, seaweed

from astor.registry.connection import connect

LATEST = 0.8
"""Share of an undisturbed run's time after which no outage begins."""


def without_mlflow(away: float, directory: Path, seed: str, whole: Ended, wanted: dict[str, str]) -> dict[str, Any]:
    """MLflow is a server, and goes away."""
    shutil.rmtree(directory, ignore_errors=True)
    service, uri = mlflow_server(directory / "mlflow")
    with service:
        store = Store(str(directory / "store"), mlflow=uri)
        row = _interrupt(service, away, store, _moment(seed, whole), wanted)
        row["fault"] = row["fault"] or faulty_curves(uri, store.run().recipe.rounds)
    return row


def without_s3(away: float, directory: Path, seed: str, whole: Ended, wanted: dict[str, str]) -> dict[str, Any]:
    """The store is a bucket, and goes away; MLflow is a file."""
    shutil.rmtree(directory, ignore_errors=True)
    with seaweed(directory / "s3") as service:
        uri = f"sqlite:///{directory}/mlflow.db"
        store = Store(f"s3://astor/{seed.replace(' ', '-')}", mlflow=uri)
        row = _interrupt(service, away, store, _moment(seed, whole), wanted)
        row["fault"] = row["fault"] or faulty_curves(uri, store.run().recipe.rounds)
    return row


def _moment(seed: str, whole: Ended) -> float:
    """Seconds from a run's begin to the outage."""
    return Random(seed).uniform(0, LATEST * float(whole.result["seconds"]))


def _interrupt(service: Service, away: float, store: Store, after: float, wanted: dict[str, str]) -> dict[str, Any]:
    process = store.start()
    while not store.has("recipe"):
        if process.poll() is not None:
            return {"fault": f"it ended before it began: {process.communicate()[1][-300:]}", "told": ""}
        time.sleep(0.2)
    time.sleep(after)
    before = "before" if not store.has("plan") else "after"
    running = process.poll() is None
    service.take_away()
    time.sleep(away)
    service.start()
    _, errors = process.communicate()
    if process.returncode:
        return {"fault": f"away after {after:.0f} s, {before} the plan: {errors[-300:]}", "told": ""}
    over = "" if running else ", when the run was over"
    told = f"away after {after:.0f} s, {before} the plan, for {away:g} s{over}"
    return {"fault": difference(store.digests(), wanted), "told": f"{told}; same digests, whole curves"}


def faulty_curves(uri: str, rounds: int) -> str:
    """What is wrong with what MLflow has of the one run; empty where nothing is."""
    client = connect(uri)
    experiment = client.get_experiment_by_name("astor")
    (run,) = client.search_runs([experiment.experiment_id])
    if run.info.status != "FINISHED":
        return f"MLflow shows the run as {run.info.status}"
    for key in run.data.metrics:
        steps = Counter(metric.step for metric in client.get_metric_history(run.info.run_id, key))
        if max(steps.values()) > 1:
            return f"the curve {key} has two points at one round"
        if key.startswith(("score/", "optimizer/")) and set(steps) != set(range(rounds)):
            return f"the curve {key} has the rounds {sorted(steps)}"
    return ""
