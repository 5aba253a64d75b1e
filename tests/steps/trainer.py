"""What Kubeflow Trainer does with a TrainJob, on this machine: each node is a torchrun on a loopback address.

The API server is that of the tests of deployments, with trainjobs and their pods.
"""

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from tests.deploy.api_server import ApiServer

GROUP = "trainer.kubeflow.org/v1alpha1"


class Trainer(ApiServer):
    """TrainJobs run as soon as they are made, and end when they are removed."""

    def __init__(self, directory: Path) -> None:
        super().__init__()
        self.groups[GROUP] = ["trainjobs"]
        self.directory = directory
        self.nodes: dict[str, list[subprocess.Popen[bytes]]] = {}
        self.seen: list[dict[str, Any]] = []
        """TrainJobs as they were made."""
        self._one_at_a_time = threading.Lock()

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """A job that is removed while its nodes are started waits for the last: none may be left over."""
        with self._one_at_a_time:
            return self._answer(method, path, body)

    def _answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        place, _, query = path.partition("?")
        if place.endswith("/pods"):
            name = query.rpartition("=")[2]
            pods = sorted(path.stem for path in self.directory.glob(f"{name}-node-0-*.log"))
            return 200, {"items": [{"metadata": {"name": pod}} for pod in pods]}
        if place.endswith("/log"):
            return 200, (self.directory / f"{place.split('/')[-2]}.log").read_text()
        name = place.rpartition("/")[2]
        if "/trainjobs/" in place and ("trainjobs", name) in self.objects:
            if method == "GET":
                self.objects["trainjobs", name]["status"] = self.status(name)
            if method == "DELETE":
                self.end(name)
        status, answered = super().answer(method, path, body)
        if place.endswith("/trainjobs") and status == 201:
            self.seen.append(body)
            self.start(body)
        return status, answered

    def start(self, job: dict[str, Any]) -> None:
        """One process of torchrun on each of 127.0.0.1, 127.0.0.2 and so on, with what Trainer tells it."""
        trainer, name = job["spec"]["trainer"], job["metadata"]["name"]
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        for node in range(trainer["numNodes"]):
            environment = {
                "PET_NNODES": trainer["numNodes"],
                "PET_NPROC_PER_NODE": trainer["numProcPerNode"],
                "PET_NODE_RANK": node,
                "PET_MASTER_ADDR": "127.0.0.1",
                "PET_MASTER_PORT": port,
                "PET_LOCAL_ADDR": f"127.0.0.{node + 1}",
                "GLOO_SOCKET_IFNAME": "lo",
                **{each["name"]: each["value"] for each in trainer["env"] if "value" in each},
            }
            with (self.directory / f"{name}-node-0-{node}.log").open("wb") as log:
                command = [sys.executable, *trainer["command"][1:], *trainer["args"]]
                told = os.environ | {key: str(value) for key, value in environment.items()}
                process = subprocess.Popen(command, env=told, stdout=log, stderr=log, start_new_session=True)
            self.nodes.setdefault(name, []).append(process)

    def status(self, name: str) -> dict[str, Any]:
        """As JobSet has it: the first node that fails ends all."""
        codes = [process.poll() for process in self.nodes[name]]
        running = codes.count(None)
        kind = "Failed" if any(codes) else "Complete" if not running else ""
        job = {"name": "node", "active": min(running, 1), "ready": min(running, 1), "failed": 0, "succeeded": 0}
        told = {"type": kind, "status": "True", "reason": "JobSet", "message": f"jobset {kind.lower()}"}
        return {"jobsStatus": [job], "conditions": [told] if kind else []}

    def end(self, name: str) -> None:
        """Kill what runs."""
        for process in self.nodes.pop(name, ()):
            process.terminate()  # torchrun ends its processes with it
            process.wait()
