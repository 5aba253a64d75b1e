"""A registered version into a cluster: in full, as a canary, or a canary in full."""

from astor.deploy.cluster import Cluster
from astor.deploy.found import Found
from astor.deploy.kinds import (
    CANARY,
    INFERENCE_SERVICE,
    KNATIVE_SERVICE,
    MANAGED,
    SCALED_OBJECT,
    SERVING_RUNTIME,
)
from astor.deploy.manifests import workload
from astor.deploy.options import DeployOptions
from astor.deploy.roll_out import OURS, Deployed, Say, find_own, roll_out
from astor.deploy.traffic import split, with_route
from astor.deploy.undeploy import remove_canary
from astor.errors import UserError


def deploy(cluster: Cluster, found: Found, options: DeployOptions, say: Say) -> Deployed:
    """Have a version serve, as a canary where the options give it a percentage, else in full, which ends a canary.

    Raises:
        UserError: the cluster lacks what it takes, the version does not serve, or no gateway follows the route.
    """
    runtime, service = workload(options, found)
    _require(cluster, options)
    options = with_route(cluster, options)
    if options.canary and find_own(cluster, INFERENCE_SERVICE, options.name) is None:
        raise UserError(
            f"There is no deployment {options.name} in {cluster.namespace} to be a canary beside: deploy it in full "
            "first."
        )
    if cluster.find(SERVING_RUNTIME, runtime["metadata"]["name"]) is None:
        cluster.create(runtime)
    deployed = roll_out(cluster, service, options, say)._replace(canary=options.canary)
    split(cluster, options)
    if not options.canary:
        remove_canary(cluster, options.name)
    return deployed


def promote(cluster: Cluster, options: DeployOptions, say: Say) -> Deployed:
    """Have what the canary is be deployed in full, exactly as it was tried, and end the canary.

    Of the options only the name, the probes and the times count.

    Raises:
        UserError: there is no canary, or what it is does not serve in full; the canary then stays.
    """
    cluster.require(INFERENCE_SERVICE, "install KServe there")
    canary = find_own(cluster, INFERENCE_SERVICE, options.name + CANARY)
    if canary is None:
        raise UserError(f"{options.name} in {cluster.namespace} has no canary: deploy one with --canary PERCENT.")
    tried = canary["metadata"]["annotations"]
    metadata = {
        "name": options.name,
        "labels": MANAGED,
        "annotations": {key: text for key, text in tried.items() if key.startswith(OURS)},
    }
    service = {key: canary[key] for key in ("apiVersion", "kind", "spec")} | {"metadata": metadata}
    options = with_route(cluster, options.updated(canary=0))
    deployed = roll_out(cluster, service, options, say)
    split(cluster, options)
    remove_canary(cluster, options.name)
    return deployed


def _require(cluster: Cluster, options: DeployOptions) -> None:
    """UserError where the cluster lacks what the options ask for."""
    cluster.require(INFERENCE_SERVICE, "install KServe there, or give --render to write manifests")
    cluster.require(SERVING_RUNTIME, "install KServe's runtimes there")
    if options.scale_to_zero == "keda":
        cluster.require(SCALED_OBJECT, "without KEDA nothing starts a stopped pod again; leave --scale-to-zero out")
    if options.scale_to_zero == "knative":
        cluster.require(
            KNATIVE_SERVICE, "without Knative nothing starts a stopped pod again; leave --scale-to-zero out"
        )
