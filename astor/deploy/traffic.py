"""The HTTPRoute that splits what comes to a host name between a deployment and its canary."""

import time
from collections.abc import Mapping

from astor.deploy.cluster import Cluster
from astor.deploy.kinds import HTTP_ROUTE, Manifest, predictor, route_name
from astor.deploy.manifests import http_route
from astor.deploy.options import DeployOptions
from astor.deploy.roll_out import find_own, write
from astor.errors import UserError

TAKEN = ("Accepted", "ResolvedRefs")
"""Conditions of a route that a gateway follows."""


def with_route(cluster: Cluster, options: DeployOptions) -> DeployOptions:
    """The options with the host name and gateway of the route that there is, where they name none.

    Raises:
        UserError: there is to be a route, and the cluster has no Gateway API or no host name is known.
    """
    if not options.canary and not options.hostname and not cluster.offers(HTTP_ROUTE):
        return options
    cluster.require(HTTP_ROUTE, "install the Gateway API, or deploy without --canary and --hostname")
    found = find_own(cluster, HTTP_ROUTE, route_name(options.name))
    if found is not None and not options.hostname:
        parent = found["spec"]["parentRefs"][0]
        gateway = f"{parent['namespace']}/{parent['name']}"
        return options.updated(hostname=found["spec"]["hostnames"][0], gateway=gateway)
    if options.canary:
        http_route(options)  # which refuses to be without a host name
    return options


def split(cluster: Cluster, options: DeployOptions) -> None:
    """Give the canary its percentage and the deployment the rest; nothing where there is no host name.

    Raises:
        UserError: no gateway follows the route, which is then put back as it was.
    """
    if not options.hostname:
        return
    name = route_name(options.name)
    before = find_own(cluster, HTTP_ROUTE, name)
    write(cluster, http_route(options), before)
    deadline = time.monotonic() + options.smoke_seconds
    while why := _why_not_taken(cluster.patiently(HTTP_ROUTE, name)):
        if time.monotonic() > deadline:
            now = cluster.find(HTTP_ROUTE, name)
            if before is None:
                cluster.delete(HTTP_ROUTE, name)
            elif now is not None:
                write(cluster, before, now)
            raise UserError(
                f"The gateway {options.gateway} does not follow the route {name} after {options.smoke_seconds:g} s "
                f"({why}): the traffic goes where it went before; check the gateway, and give another by --set gateway="
                "NAMESPACE/NAME."
            )
        time.sleep(options.poll_seconds)


def shares(route: Manifest | None) -> Mapping[str, int]:
    """Name of a predictor's service → percent of the traffic that a route gives it; empty where there is none."""
    if route is None:
        return {}
    return {each["name"]: int(each.get("weight", 1)) for each in route["spec"]["rules"][0]["backendRefs"]}


def share_of(route: Manifest | None, service: str) -> int | None:
    """Percent of the traffic that a route gives an InferenceService; None where it says nothing of it."""
    return shares(route).get(predictor(service))


def _why_not_taken(route: Manifest | None) -> str:
    """Why no gateway follows a route, in its own words; empty where one does."""
    if route is None:
        return "it is gone"
    parents = (route.get("status") or {}).get("parents") or []
    if not parents:
        return "it has said nothing of it"
    generation = route["metadata"].get("generation", 0)
    for parent in parents:
        said = {each["type"]: each for each in parent.get("conditions") or []}
        current = {kind: said.get(kind, {}) for kind in TAKEN}
        if any(one.get("observedGeneration", generation) < generation for one in current.values()):
            return "it has not looked at it"
        for kind, condition in current.items():
            if condition.get("status") != "True":
                return str(condition.get("message") or condition.get("reason") or f"{kind} is not said")
    return ""
