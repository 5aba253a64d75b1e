"""What a run needs of a cluster, looked at from outside: each thing by itself, how it is, and what to do."""

import json
from collections.abc import Callable, Iterator

from astor.run.checkup import Check, State
from astor.run.installed_checkup import PAGE, kserve, mlflow, sandbox, secrets, tried_store
from astor.run.kubernetes_api import KubernetesApi, RefusedError

OLDEST, NEWEST = 32, 36
"""Minor versions of Kubernetes 1 that the manifests are held against."""
CRDS: dict[str, tuple[str, str, State, str]] = {
    "Argo Workflows": ("workflows.argoproj.io", "v1alpha1", "missing", "install Kubeflow Pipelines 2.17"),
    "KServe": ("inferenceservices.serving.kserve.io", "v1beta1", "look", "install KServe, for deployments"),
    "Gateway API": ("httproutes.gateway.networking.k8s.io", "v1", "look", "install it, for canaries"),
    "Kueue": ("localqueues.kueue.x-k8s.io", "v1beta2", "look", "install it, for tasks that wait for GPUs"),
    "Kubeflow Trainer": (
        "trainjobs.trainer.kubeflow.org",
        "v1alpha1",
        "look",
        "install it, for updates on several nodes",
    ),
}
"""Custom resources: the version that is used, what it means where it is not there, and what to do."""
CLAIM = "claim astor-trainer"
GPU = "nvidia.com/gpu"


def cluster_checks(steps: str, store: str) -> Iterator[Check]:
    """Of the cluster of the kubeconfig.

    Args:
        steps: namespace in which KFP runs tasks.
        store: of runs: an s3:// prefix, which is tried with the credentials of this machine.

    Raises:
        UserError: no cluster is known, or it does not answer.
    """
    api = KubernetesApi()
    yield _version(api)
    looks: dict[str, Callable[[KubernetesApi, str], Iterator[Check]]] = {
        "custom resources": _crds,
        f"namespace {steps}": namespace_checks,
        "Argo": _argo,
        "secrets": secrets,
        "quota": _quotas,
        "GPUs": _gpus,
        "storage": _storage,
        CLAIM: _claim,
        "sandbox pool": sandbox,
        "MLflow": mlflow,
        "KServe's mode": kserve,
    }
    for name, look in looks.items():
        try:
            yield from look(api, steps)
        except RefusedError as error:
            yield Check(name, "look", f"these credentials may not see {error}", "ask who may")
    yield tried_store(store)


def _version(api: KubernetesApi) -> Check:
    told = api.get("/version") or {}
    minor = "".join(filter(str.isdigit, str(told.get("minor", ""))))
    found = f"{told.get('gitVersion', 'of no version')} at {api.host}"
    if told.get("major") == "1" and minor and OLDEST <= int(minor) <= NEWEST:
        return Check("Kubernetes", "fine", found)
    return Check("Kubernetes", "look", found, f"manifests are made for 1.{OLDEST} to 1.{NEWEST}")


def _crds(api: KubernetesApi, steps: str) -> Iterator[Check]:
    for name, (crd, wanted, state, advice) in CRDS.items():
        found = api.get(f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{crd}")
        served = [each["name"] for each in found["spec"]["versions"] if each["served"]] if found else []
        told = f"{crd} in {', '.join(served)}" if served else f"no {crd}"
        if wanted in served:
            yield Check(name, "fine", told)
        else:
            yield Check(name, state, f"{told}, not {wanted}" if served else told, advice)


def namespace_checks(api: KubernetesApi, steps: str) -> Iterator[Check]:
    """Whether the namespace of the tasks is there, and open to the sandbox."""
    found = api.get(f"/api/v1/namespaces/{steps}")
    if found is None:
        yield Check(f"namespace {steps}", "missing", "not there", "name the one in which KFP runs tasks: --namespace")
        return
    labels = found["metadata"].get("labels", {})
    advice = f"kubectl patch namespace {steps} --patch-file k8s/kfp/namespace.yaml"
    if labels.get("astor/role") != "steps":
        yield Check(f"namespace {steps}", "missing", "not marked as that of steps: the sandbox is closed to it", advice)
    elif labels.get("pod-security.kubernetes.io/enforce") not in ("baseline", "restricted"):
        yield Check(f"namespace {steps}", "look", "takes pods that a Pod Security Standard would refuse", advice)
    else:
        yield Check(f"namespace {steps}", "fine", "marked, and held to a Pod Security Standard")


def _argo(api: KubernetesApi, steps: str) -> Iterator[Check]:
    for namespace in dict.fromkeys(("kubeflow", steps)):
        place = f"/namespaces/{namespace}"
        settings = api.get(f"/api/v1{place}/configmaps/workflow-controller-configmap")
        if settings is None:
            continue
        told = "expression" in settings.get("data", {}).get("workflowDefaults", "")
        patch = f"kubectl patch configmap workflow-controller-configmap -n {namespace} --patch-file "
        yield (
            Check("Argo: lost pods", "fine", "tasks whose pod is lost are tried again")
            if told
            else Check(
                "Argo: lost pods",
                "look",
                "a run ends where a pod is evicted, and goes on when it is submitted again",
                f"{patch}k8s/kfp/workflow-defaults.yaml",
            )
        )
        controller = api.get(f"/apis/apps/v1{place}/deployments/workflow-controller") or {}
        if "DEFAULT_REQUEUE_TIME" in json.dumps(controller):
            yield Check("Argo: pace", "fine", "DEFAULT_REQUEUE_TIME is set")
        else:
            yield Check("Argo: pace", "look", "every pod takes ten seconds", f"see {PAGE}, step 2")
        return
    yield Check("Argo", "missing", f"no workflow controller in kubeflow or {steps}", "install Kubeflow Pipelines 2.17")


def _quotas(api: KubernetesApi, steps: str) -> Iterator[Check]:
    from kubernetes.utils.quantity import parse_quantity

    for each in (api.get(f"/api/v1/namespaces/{steps}/resourcequotas") or {}).get("items", []):
        hard, used = each["status"].get("hard", {}), each["status"].get("used", {})
        spent = [name for name in hard if parse_quantity(used.get(name, "0")) >= parse_quantity(hard[name])]
        told = ", ".join(f"{name} {used.get(name, '0')} of {hard[name]}" for name in hard)
        name = f"quota {each['metadata']['name']}"
        yield Check(name, "look" if spent else "fine", told, f"no room for {', '.join(spent)}" if spent else "")


def _gpus(api: KubernetesApi, steps: str) -> Iterator[Check]:
    nodes = (api.get("/api/v1/nodes") or {}).get("items", [])
    counts = [int(node["status"].get("allocatable", {}).get(GPU, 0)) for node in nodes]
    if sum(counts):
        yield Check("GPUs", "fine", f"{sum(counts)} on {sum(map(bool, counts))} of {len(nodes)} nodes")
    else:
        yield Check("GPUs", "look", f"none on {len(nodes)} nodes", f"give nodes the device plugin of {GPU}")


def _storage(api: KubernetesApi, steps: str) -> Iterator[Check]:
    classes = (api.get("/apis/storage.k8s.io/v1/storageclasses") or {}).get("items", [])
    mark = "storageclass.kubernetes.io/is-default-class"
    marked = [each for each in classes if each["metadata"].get("annotations", {}).get(mark) == "true"]
    if marked:
        yield Check("storage", "fine", f"{marked[0]['metadata']['name']} is the default class")
    else:
        yield Check("storage", "look", "no default class", "name one in the claims, or make one the default")


def _claim(api: KubernetesApi, steps: str) -> Iterator[Check]:
    """That of trainer states, which a pool may name: without it, that pool's tasks wait for ever."""
    claim = api.get(f"/api/v1/namespaces/{steps}/persistentvolumeclaims/astor-trainer")
    if claim is None:
        yield Check(CLAIM, "look", "not there: no pool can name it", f"kubectl apply -k: see {PAGE}, step 5")
        return
    phase = claim["status"].get("phase", "Pending")
    states: dict[str, State] = {"Bound": "fine", "Lost": "missing"}
    advice = "" if phase == "Bound" else f"kubectl describe pvc astor-trainer -n {steps}"
    yield Check(CLAIM, states.get(phase, "look"), phase, advice)
