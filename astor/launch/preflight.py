"""What tasks will need of a cluster, looked at before anything is uploaded, as far as these credentials let it be."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from astor.errors import UserError
from astor.launch.nodes import unsatisfied
from astor.recipe.cluster import Pool, Pools
from astor.recipe.recipe import Recipe
from astor.run.cluster_checkup import namespace_checks
from astor.run.kubernetes_api import KubernetesApi, RefusedError
from astor.storage.trial import OverwritesError, try_store

AUTOSCALERS = ("/api/v1/namespaces/kube-system/configmaps/cluster-autoscaler-status", "/apis/karpenter.sh/v1/nodepools")
"""Where what adds nodes is found: the Cluster Autoscaler writes its status there, and Karpenter has its pools."""
PART_OF = ("app.kubernetes.io/part-of", "astor")
"""Label of the sandbox of `k8s/`, whose policies close it to namespaces that are not marked."""
IN_STEPS = (
    "Programs run in the pods of the steps that judge them, for sandbox.type is local: a pool has them in a namespace "
    "of its own (docs/cluster.md)."
)
LOCAL: tuple[list[str], ...] = (["svc"], ["svc", "cluster", "local"], [])
"""How names of Services end behind that of their namespace."""
Look = Callable[[KubernetesApi, str, Recipe], Iterator[str]]


def preflight(namespace: str, recipe: Recipe, store: str) -> Iterator[str]:
    """Look at the store, the sandbox and the nodes; in words, where programs run that no pool takes, and what could not
    be looked at.

    Args:
        namespace: of the tasks.

    Raises:
        UserError: the store overwrites what may be written once, there is no sandbox where the recipe says, it is
            closed to the namespace, or no node can have the pods of a pool.
    """
    if recipe.sandbox.type == "local":
        yield IN_STEPS
    try:
        try_store(store, writes=True)
    except OverwritesError:
        raise
    except UserError as error:  # The credentials of tasks are others, and may reach it.
        yield f"The store was not tried: {error}"
    try:
        api = KubernetesApi()
        elsewhere = _is_elsewhere(api, namespace)
    except UserError as error:
        yield f"The sandbox and the nodes were not looked at: {error}"
        return
    if elsewhere:
        yield f"The sandbox and the nodes were not looked at: the cluster at {api.host} has no namespace {namespace}."
        return
    looks: dict[str, Look] = {"sandbox": _sandbox, "nodes": _nodes}
    for name, look in looks.items():
        try:
            wrong = next(look(api, namespace, recipe), "")
        except (RefusedError, UserError) as error:
            reason = f"these credentials may not see {error}" if isinstance(error, RefusedError) else str(error)
            yield f"The {name} could not be looked at: {reason.rstrip('.')}."
            continue
        if wrong:
            raise UserError(wrong)


def compiled_pools(recipe: Recipe) -> Pools | None:
    """The pools that the recipe's pipeline was compiled with; None where they stand in the pipeline alone: none is
    compiled without an image, so that a section without one is not the whole."""
    pools = recipe.cluster.pools if recipe.cluster else None
    return pools if pools and pools.core.image else None


def _is_elsewhere(api: KubernetesApi, namespace: str) -> bool:
    """Whether the kubeconfig is of another cluster than KFP's."""
    try:
        return api.get(f"/api/v1/namespaces/{namespace}") is None
    except RefusedError:
        return False


def _sandbox(api: KubernetesApi, namespace: str, recipe: Recipe) -> Iterator[str]:
    """What is wrong with the Services that `sandbox.urls` names, where the cluster has them."""
    for url in getattr(recipe.sandbox, "urls", ()):
        name, *rest = (urlsplit(url).hostname or "").split(".")
        where, *end = rest or [namespace]
        if end not in LOCAL:
            continue
        service = api.get(f"/api/v1/namespaces/{where}/services/{name}")
        if service is None:
            yield (
                f"There is no sandbox at {url}, which sandbox.urls names: the namespace {where} has no Service {name}; "
                "docs/cluster.md says how the pool is installed."
            )
        elif (service["metadata"].get("labels") or {}).get(PART_OF[0]) == PART_OF[1]:
            for check in namespace_checks(api, namespace):
                if check.state == "missing":
                    yield f"The {check.name} is {check.found}; {check.advice} opens it."


def _nodes(api: KubernetesApi, namespace: str, recipe: Recipe) -> Iterator[str]:
    """Which pool no node can have pods of, unless nodes may be added."""
    if (pools := compiled_pools(recipe)) is None:
        raise UserError("what pools ask of them stands in the pipeline alone")
    nodes = (api.get("/api/v1/nodes") or {}).get("items", [])
    for name in ("core", "verify", "train") if recipe.granularity == "segment" else type(pools).model_fields:
        pool: Pool = getattr(pools, name)
        if (why := unsatisfied(pool, nodes)) and not _grows(api):
            yield f"No node can have a pod of cluster.pools.{name}: {why}; change that pool, or add such a node."


def _grows(api: KubernetesApi) -> bool:
    """Whether nodes may be added for pods that wait, or nobody may see that."""
    try:
        return any(api.get(place) is not None for place in AUTOSCALERS)
    except RefusedError:
        return True
