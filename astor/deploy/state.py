"""How an InferenceService is, by what KServe says of its model.

The condition Ready is not asked: it stays true while a new version fails, for the old pods go on serving.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from astor.deploy.kinds import DIGEST, VERSION, annotation

FAILED = {"BlockedByFailedLoad", "InvalidSpec"}


class State(NamedTuple):
    """What `status.modelStatus` says."""

    is_loaded: bool
    """The version that is asked for is loaded, and serves alone."""
    failure: str
    """What KServe says of why it is not; empty where nothing failed."""
    is_current: bool
    """Whether it is said of what is asked for, not of what was asked for before."""
    url: str
    """That KServe gives the endpoint; empty where it has none yet."""
    version: str
    digest: str

    @property
    def word(self) -> str:
        """`serving`, `loading` or `failed`."""
        return "failed" if self.failure else "serving" if self.is_loaded and self.is_current else "loading"


def read_state(service: Mapping[str, Any]) -> State:
    """The state of an InferenceService as the API server has it."""
    status: Mapping[str, Any] = service.get("status") or {}
    model: Mapping[str, Any] = status.get("modelStatus") or {}
    states: Mapping[str, Any] = model.get("states") or {}
    transition, target = model.get("transitionStatus", ""), states.get("targetModelState", "")
    observed = status.get("observedGeneration")
    failed = transition in FAILED or target == "FailedToLoad"
    return State(
        is_loaded=target == "Loaded" and transition == "UpToDate",
        failure=_failure(model, transition) if failed else "",
        # Controllers that do not say it are believed: the digest that the endpoint tells decides.
        is_current=observed is None or observed >= service["metadata"].get("generation", 0),
        url=str(status.get("url") or ""),
        version=annotation(service, VERSION),
        digest=annotation(service, DIGEST),
    )


def _failure(model: Mapping[str, Any], transition: str) -> str:
    info: Mapping[str, Any] = model.get("lastFailureInfo") or {}
    code = f"exit code {info['exitCode']}" if info.get("exitCode") else ""
    told = [info.get("reason", transition), code, " ".join(str(info.get("message", "")).split())]
    return ": ".join(filter(None, told))
