"""Waiting until a version serves, or is known not to."""

import time

from astor.deploy.cluster import Cluster
from astor.deploy.kinds import INFERENCE_SERVICE
from astor.deploy.options import DeployOptions
from astor.deploy.smoke import Endpoint, smoke_test
from astor.deploy.state import State, read_state
from astor.errors import UserError


class NotServedError(UserError):
    """What was asked for does not serve; the message has no end yet, which says what serves instead."""


def settle(cluster: Cluster, service: str, digest: str, options: DeployOptions) -> State:
    """Return once the InferenceService is loaded and its endpoint answers with the policy of the digest.

    Raises:
        NotServedError: KServe says that it failed, for `options.failed_seconds`; it was not loaded in
            `options.load_seconds`; or the endpoint of what is loaded did not answer with that digest in
            `options.smoke_seconds`.
        UserError: the API server refuses, or stays away.
    """
    began = time.monotonic()
    failed: float | None = None
    loaded: float | None = None
    why = "KServe has said nothing of it"
    while True:
        found = cluster.patiently(INFERENCE_SERVICE, service)
        if found is None:
            raise NotServedError(f"the InferenceService {service} was removed meanwhile")
        state, now = read_state(found), time.monotonic()
        says_failed = bool(state.failure) and state.is_current
        failed = (failed or now) if says_failed else None
        if failed is not None and now - failed >= options.failed_seconds:
            raise NotServedError(f"KServe says: {state.failure.rstrip('.')}")
        loads = state.is_loaded and state.is_current
        loaded = (loaded or now) if loads else None
        if loaded is not None:
            url = state.url if options.scale_to_zero == "knative" else ""
            try:
                smoke_test(Endpoint(cluster, service, url), options, digest)
                return state
            except UserError as error:
                why = str(error).rstrip(".")
            if time.monotonic() - loaded > options.smoke_seconds:
                raise NotServedError(f"it is loaded, and after {options.smoke_seconds:g} s {why}")
        elif says_failed:
            why = f"KServe says: {state.failure.rstrip('.')}"
        if now - began > options.load_seconds:
            raise NotServedError(f"it was not loaded in {options.load_seconds:g} s; {why}")
        time.sleep(options.poll_seconds)
