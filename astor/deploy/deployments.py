"""What is deployed in a namespace."""

from typing import NamedTuple

from astor.deploy.cluster import Cluster
from astor.deploy.kinds import HTTP_ROUTE, INFERENCE_SERVICE, NAME, annotation, is_managed, route_name
from astor.deploy.state import read_state
from astor.deploy.traffic import share_of


class Listed(NamedTuple):
    """An InferenceService, for people."""

    name: str
    version: str
    """NAME/VERSION that is asked for."""
    digest: str
    state: str
    """`serving`, `loading` or `failed`; pods of an earlier version may serve while it is not `serving`."""
    why: str
    """What KServe says of a failure; empty where there is none."""
    url: str
    hostname: str
    """Under which its route splits the traffic; empty where it has none."""
    traffic: int | None
    """Percent of what comes to the host name; None without a route."""


def list_deployments(cluster: Cluster) -> list[Listed]:
    """What was deployed in the namespace by `astor deploy`, by name.

    Raises:
        UserError: KServe is not there, or the API server refuses or is away.
    """
    cluster.require(INFERENCE_SERVICE, "install KServe there")
    services = [each for each in cluster.list(INFERENCE_SERVICE) if is_managed(each)]
    routes = {each["metadata"]["name"]: each for each in cluster.list(HTTP_ROUTE)} if cluster.offers(HTTP_ROUTE) else {}
    found = []
    for each in sorted(services, key=lambda service: str(service["metadata"]["name"])):
        name, state = each["metadata"]["name"], read_state(each)
        route = routes.get(route_name(annotation(each, NAME)))
        share = share_of(route, name)
        hostname = str(route["spec"]["hostnames"][0]) if route and share is not None else ""
        found.append(Listed(name, state.version, state.digest, state.word, state.failure, state.url, hostname, share))
    return found
