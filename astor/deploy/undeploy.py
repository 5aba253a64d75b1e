"""The end of a deployment, or of its canary."""

from astor.deploy.cluster import Cluster
from astor.deploy.deployments import list_deployments
from astor.deploy.kinds import (
    CANARY,
    HTTP_ROUTE,
    INFERENCE_SERVICE,
    NAME,
    SERVING_RUNTIME,
    annotation,
    is_managed,
    route_name,
)
from astor.deploy.options import DeployOptions
from astor.deploy.roll_out import find_own
from astor.deploy.traffic import split, with_route
from astor.errors import UserError


def undeploy(cluster: Cluster, name: str, canary: bool) -> list[str]:
    """Remove a deployment with its canary, route and unused runtimes, or its canary alone; names of what is gone.

    A canary gets no more traffic before it goes.

    Raises:
        UserError: there is no such deployment, or it has no canary, or it is not ours.
    """
    cluster.require(INFERENCE_SERVICE, "install KServe there")
    found = find_own(cluster, INFERENCE_SERVICE, name)
    if found is not None and (of := annotation(found, NAME)) != name:
        raise UserError(f"{name} is the canary of {of}: give `astor undeploy {of} --canary`.")
    wanted = name + CANARY if canary else name
    services = [service for service in (wanted, name + CANARY) if find_own(cluster, INFERENCE_SERVICE, service)]
    if wanted not in services and (canary or not services):
        known = ", ".join(each.name for each in list_deployments(cluster)) or "none"
        raise UserError(f"There is no deployment {wanted} in {cluster.namespace}; there are: {known}.")
    if canary:
        options = DeployOptions(name=name)
        split(cluster, with_route(cluster, options))
        return remove_canary(cluster, name)
    gone = []
    if cluster.offers(HTTP_ROUTE) and find_own(cluster, HTTP_ROUTE, route_name(name)):
        cluster.delete(HTTP_ROUTE, route_name(name))
        gone.append(route_name(name))
    for service in dict.fromkeys(services):
        cluster.delete(INFERENCE_SERVICE, service)
        gone.append(service)
    return gone + _remove_runtimes(cluster)


def remove_canary(cluster: Cluster, name: str) -> list[str]:
    """Remove the canary of a deployment, where there is one; names of what is gone."""
    if find_own(cluster, INFERENCE_SERVICE, name + CANARY) is None:
        return []
    cluster.delete(INFERENCE_SERVICE, name + CANARY)
    return [name + CANARY]


def _remove_runtimes(cluster: Cluster) -> list[str]:
    """Remove the runtimes that were made here and that nothing uses."""
    used = {
        (each["spec"].get("predictor", {}).get("model") or {}).get("runtime")
        for each in cluster.list(INFERENCE_SERVICE)
    }
    ours = [each["metadata"]["name"] for each in cluster.list(SERVING_RUNTIME) if is_managed(each)]
    unused = [runtime for runtime in ours if runtime not in used]
    for runtime in unused:
        cluster.delete(SERVING_RUNTIME, runtime)
    return unused
