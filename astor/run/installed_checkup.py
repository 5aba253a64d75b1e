"""What of a cluster was installed for runs beside KFP: how each thing is, and what to do."""

import json
from collections.abc import Iterator
from fnmatch import fnmatch
from typing import Any

from astor.errors import UserError
from astor.run.checkup import Check
from astor.run.kubernetes_api import KubernetesApi
from astor.storage.trial import try_store

PAGE = "docs/cluster.md"
SECRETS = {
    "astor-sandbox": ("sandbox-token",),
    "astor-mlflow": ("mlflow",),
    "astor-serving": ("store-serving",),
}
MLFLOW = "mlflow.astor-mlflow:5000"
"""What steps call it by."""
STEPS_SECRETS = ("sandbox-token", "store", "store-references")


def secrets(api: KubernetesApi, steps: str) -> Iterator[Check]:
    """Whether those of the page are there; nothing of them is told."""
    for namespace, names in {steps: STEPS_SECRETS, **SECRETS}.items():
        absent = [name for name in names if api.get(f"/api/v1/namespaces/{namespace}/secrets/{name}") is None]
        if absent:
            yield Check(f"secrets of {namespace}", "missing", f"no {', '.join(absent)}", f"see {PAGE}, step 4")
        else:
            yield Check(f"secrets of {namespace}", "fine", ", ".join(names))


def sandbox(api: KubernetesApi, steps: str) -> Iterator[Check]:
    """The pool's servers, and the layers that stand on one."""
    place = "/namespaces/astor-sandbox"
    found = api.get(f"/apis/apps/v1{place}/deployments/sandbox")
    if found is None:
        yield Check("sandbox pool", "missing", "not there", f"kubectl apply -k: see {PAGE}, step 5")
        return
    ready, wanted = found["status"].get("readyReplicas", 0), found["spec"]["replicas"]
    if not ready:
        advice = "kubectl describe pods -n astor-sandbox; one whose probe gets 503 may be full, and takes jobs later"
        yield Check("sandbox pool", "missing", f"none of {wanted} servers is ready", advice)
        return
    yield Check("sandbox pool", "fine" if ready >= wanted else "look", f"{ready} of {wanted} servers are ready")
    try:
        # A server that takes no jobs answers 503, and says why.
        told = api.get(f"/api/v1{place}/services/http:sandbox:8080/proxy/ready", also=503)
        why = told["why"]
        standing = [layer["name"] for layer in told["layers"] if layer["stands"]]
        lacking = [layer["name"] for layer in told["layers"] if layer.get("needed", True) and not layer["stands"]]
    except (UserError, TypeError, KeyError):
        # Which is right: nothing but steps that verify is let in.
        yield Check("sandbox layers", "look", "the API server is not let in to ask", f"see {PAGE}, step 6")
        return
    stand = f"standing: {', '.join(standing) or 'none'}"
    if lacking or not standing:
        advice = "docs/sandbox.md says what each layer needs"
        yield Check("sandbox layers", "missing", f"{stand}; lacking: {', '.join(lacking) or 'all'}", advice)
    elif why:
        advice = f"ask again; {PAGE} says how large a pool has to be"
        yield Check("sandbox layers", "look", f"{stand}; no jobs are taken now: {why}", advice)
    else:
        yield Check("sandbox layers", "fine", stand)


def mlflow(api: KubernetesApi, steps: str) -> Iterator[Check]:
    """Whether it answers, under the name that steps call it by."""
    found = api.get("/apis/apps/v1/namespaces/astor-mlflow/deployments/mlflow")
    if found is None:
        yield Check("MLflow", "look", "not there", "give tracking.uri of one that you have")
        return
    if not found["status"].get("readyReplicas"):
        yield Check("MLflow", "missing", "it is not ready", "kubectl logs -n astor-mlflow deployment/mlflow")
        return
    (container, *_) = found["spec"]["template"]["spec"]["containers"]
    names = [each["configMapRef"]["name"] for each in container.get("envFrom", []) if "configMapRef" in each]
    data: dict[str, Any] = {}
    for name in names:
        data |= (api.get(f"/api/v1/namespaces/astor-mlflow/configmaps/{name}") or {}).get("data", {})
    hosts = data.get("MLFLOW_SERVER_ALLOWED_HOSTS", "")
    if any(_allows(pattern.strip(), MLFLOW) for pattern in hosts.split(",")):
        yield Check("MLflow", "fine", f"ready, and called {hosts}")
    else:
        advice = f"add {MLFLOW} to MLFLOW_SERVER_ALLOWED_HOSTS"
        yield Check("MLflow", "missing", f"steps get 403, for it may be called {hosts or 'nothing'} alone", advice)


def _allows(pattern: str, host: str) -> bool:
    """Whether MLflow takes a host by this one of its patterns (mlflow.server.security_utils, 3.17)."""
    return fnmatch(host, pattern) if "*" in pattern else host == pattern


def kserve(api: KubernetesApi, steps: str) -> Iterator[Check]:
    """In which mode it deploys; nothing where it is not installed."""
    found = api.get("/api/v1/namespaces/kserve/configmaps/inferenceservice-config")
    if found is None:
        return
    mode = json.loads(found["data"].get("deploy", "{}")).get("defaultDeploymentMode", "Serverless")
    if mode in ("Standard", "RawDeployment"):
        yield Check(
            "KServe's mode", "fine", f"{mode}: canaries by a Gateway's HTTPRoute, no scaling to zero without KEDA"
        )
    else:
        yield Check("KServe's mode", "look", f"{mode}: it needs Knative", "set defaultDeploymentMode to Standard")


def tried_store(store: str) -> Check:
    """Whether this machine's credentials may write to it, and what may be written once is."""
    if not store.startswith("s3://"):
        untried = "not tried whether it takes what may be written once"
        return Check("store", "look", untried, "give --store s3://BUCKET/PREFIX")
    try:
        try_store(store, writes=True)
    except UserError as error:
        return Check("store", "missing", str(error), f"see {PAGE}, step 3")
    return Check("store", "fine", f"{store} takes what may be written once")
