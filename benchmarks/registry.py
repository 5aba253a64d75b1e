"""How long `astor promote` and `astor rollback` take, beside a process that only imports MLflow.

A store with two small policies, both registered in a database of MLflow's beside it. The commands move the champion
from one to the other and back, each as a process of its own, in turn with `python -c 'import mlflow'`. The last line is
JSON: the median, the least and the most seconds of each, by the clock and of a processor, and by how much the median of
a command is above the import's.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from astor.records import GateDecision
from astor.registry.claims import Claims
from astor.registry.models import register
from astor.storage import Attempt, PolicyRef

MODEL = "benchmark"
SIZE = 2**20
"""Bytes of each policy's weights: what a command reads to know that they are there and whole."""


def put(store: Path, uri: str, number: int, against: str) -> str:
    """Register a policy that was promoted over another; its digest."""
    weights = bytes([number]) * SIZE
    with Attempt(str(store / "draft" / str(number))) as attempt:
        (attempt.part("policy", "Policy/1") / "model.safetensors").write_bytes(weights)
        digest = attempt.commit().manifest.parts["policy"].digest
    with Attempt(str(store / "models" / digest[:16])) as attempt:
        (attempt.part("policy", "Policy/1") / "model.safetensors").write_bytes(weights)
        policy = PolicyRef(digest, f"first+{number}", attempt.commit().ref)
    decision = GateDecision(
        promoted=True,
        reason="Better.",
        mean_difference=0.1,
        low=0.05,
        high=0.15,
        champion_digest=against,
        challenger_digest=digest,
    )
    register(uri, MODEL, policy, "0" * 32, decision, {}, Claims(str(store), MODEL))
    return digest


def seconds(*command: str) -> tuple[float, float]:
    """Wall seconds, and those of a processor, which other work on the machine moves less."""
    began, used = time.perf_counter(), os.times()
    environment = {**os.environ, "MLFLOW_TRACKING_URI": ""}
    subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL, env=environment)
    now = os.times()
    processor = now.children_user + now.children_system - used.children_user - used.children_system
    return time.perf_counter() - began, processor


def summary(measured: Mapping[str, list[float]]) -> dict[str, dict[str, float]]:
    told = {
        name: {"median": statistics.median(times), "least": min(times), "most": max(times)}
        for name, times in measured.items()
    }
    alone = told["import mlflow"]["median"]
    for name in ("rollback", "promote"):
        told[name]["above import"] = told[name]["median"] - alone
    return {name: {key: round(value, 2) for key, value in of.items()} for name, of in told.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    chosen = parser.parse_args()
    measured: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    with TemporaryDirectory() as directory:
        store = Path(directory)
        uri = f"sqlite:///{store / 'mlflow.db'}"
        put(store, uri, 2, put(store, uri, 1, "none"))
        place = ("--model", MODEL, "--store", str(store))
        for _ in range(chosen.repeats):
            measured["import mlflow"].append(seconds("-c", "import mlflow"))
            measured["rollback"].append(seconds("-m", "astor.cli", "rollback", *place))
            promoted = ("--model", f"{MODEL}/2", "--store", str(store))
            measured["promote"].append(seconds("-m", "astor.cli", "promote", *promoted))
    wall, processor = ({name: [pair[kind] for pair in pairs] for name, pairs in measured.items()} for kind in (0, 1))
    result = {"load": round(os.getloadavg()[0], 1), "wall": summary(wall), "processor": summary(processor)}
    print(json.dumps({"repeats": chosen.repeats, **result}))


if __name__ == "__main__":
    main()
