"""Pods of a submission, where the credentials for Kubernetes let them be listed: what they wait for, and why one
failed."""

from collections.abc import Callable, Iterator
from typing import Any

import kubernetes as k8s
import urllib3

from astor.errors import UserError
from astor.kubeconfig import find_credentials
from astor.run.failure import find_failure

RUN = "pipeline/runid"
"""The label by which KFP marks the pods of a run."""
TIMEOUT = (5, 20)
PASSING = ("ContainerCreating", "PodInitializing")
"""Reasons of a container to wait that go by themselves."""


WHAT = {
    "list_namespaced_pod": "Pods",
    "list_namespaced_event": "Events of pods",
    "read_namespaced_pod_log": "Logs of pods",
}
"""Requests, each of which credentials may be refused by itself."""


class Pods:
    """The pods of one submission. What the credentials do not show is not there: nobody is stopped by it."""

    def __init__(self, namespace: str, run_id: str, tell: Callable[[str], None]) -> None:
        """`tell` gets a line of what is not looked at and why, the same one as long as it is so."""
        self.namespace, self.run_id, self._tell = namespace, run_id, tell
        self.are_seen = False
        """Whether they could be listed at the last look."""
        self._refused = set[str]()
        self._core: Any = None
        self._absent = ""
        try:
            self._core = k8s.client.CoreV1Api(k8s.client.ApiClient(find_credentials().settings))
        except UserError as error:
            self._absent = str(error)

    def waiting(self) -> list[str]:
        """What each pod that does not start waits for, in words."""
        return [f"{told(pod)}: {reason}" for pod in self._pods() if (reason := self._reason(pod))]

    def failure(self) -> str:
        """The sentence that a step of ours ended with; empty where none is known."""
        for pod in self._pods():
            if pod.status.phase == "Failed" and (sentence := self._sentence(pod)):
                return sentence
        return ""

    def _pods(self) -> list[Any]:
        listed = self._ask("list_namespaced_pod", self.namespace, label_selector=f"{RUN}={self.run_id}")
        self.are_seen = listed is not None
        return listed.items if listed else []

    def _reason(self, pod: Any) -> str:
        if pod.status.phase != "Pending":
            return ""
        if reason := next(waits_for(pod), ""):
            return reason
        events = self._ask(
            "list_namespaced_event",
            self.namespace,
            field_selector=f"involvedObject.name={pod.metadata.name},type=Warning",
        )
        return _joined(events.items[-1].message) if events and events.items else ""

    def _sentence(self, pod: Any) -> str:
        log = self._ask("read_namespaced_pod_log", pod.metadata.name, self.namespace, container="main", tail_lines=200)
        return next(filter(None, map(find_failure, reversed((log or "").splitlines()))), "")

    def _ask(self, request: str, *arguments: Any, **named: Any) -> Any:
        """What Kubernetes answers; None where it does not, or refuses: what it refused once is not asked again."""
        if request in self._refused:
            return None
        reason = self._absent
        try:
            if self._core:
                return getattr(self._core, request)(*arguments, **named, _request_timeout=TIMEOUT)
        except k8s.client.ApiException as error:
            if error.status not in (401, 403):
                return None  # A pod is gone, or has no log yet.
            self._refused.add(request)
            unknown = "these credentials are not known (401): log in again"
            refused = f"these credentials may not see them in the namespace {self.namespace} (403)"
            reason = unknown if error.status == 401 else refused
        except urllib3.exceptions.HTTPError as error:
            host = self._core.api_client.configuration.host
            reason = f"Kubernetes at {host} does not answer ({type(error).__name__})"
        self._tell(f"{WHAT[request]} are not looked at: {reason.rstrip('.')}.")
        return None


def waits_for(pod: Any) -> Iterator[str]:
    """Why a pod does not start, as far as its own status says."""
    status = pod.status
    for container in [*(status.init_container_statuses or ()), *(status.container_statuses or ())]:
        waits = container.state.waiting if container.state else None
        if waits and waits.reason not in PASSING:
            yield _joined(f"{waits.reason}: {waits.message}" if waits.message else waits.reason)
    for condition in status.conditions or ():
        if condition.type == "PodScheduled" and condition.status == "False":
            yield _joined(condition.message or condition.reason or "it is not scheduled")


def told(pod: Any) -> str:
    """A pod for people: its pool, else its name."""
    return (pod.metadata.labels or {}).get("astor/pool") or str(pod.metadata.name)


def _joined(text: str) -> str:
    return " ".join(text.split())
