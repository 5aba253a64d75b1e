"""The kinds of objects that are made on a cluster, and the names that a deployment gives them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

Manifest = dict[str, Any]
"""An object of Kubernetes as JSON."""

MANAGED = {"app.kubernetes.io/managed-by": "astor"}
"""Labels of all that is made here: nothing else is ever changed or removed."""
VERSION, DIGEST, NAME = "astor-rl/version", "astor-rl/policy-digest", "astor-rl/name"
"""Annotations of an InferenceService: the registered version, its policy, and the deployment that it is of."""
CANARY = "-canary"
PORT = 80
"""Of the service that KServe puts before the pods of a predictor."""


class Kind(NamedTuple):
    """A kind, as the API server names it."""

    group: str
    version: str
    plural: str
    name: str

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}"


INFERENCE_SERVICE = Kind("serving.kserve.io", "v1beta1", "inferenceservices", "InferenceService")
SERVING_RUNTIME = Kind("serving.kserve.io", "v1alpha1", "servingruntimes", "ServingRuntime")
HTTP_ROUTE = Kind("gateway.networking.k8s.io", "v1", "httproutes", "HTTPRoute")
SCALED_OBJECT = Kind("keda.sh", "v1alpha1", "scaledobjects", "ScaledObject")
KNATIVE_SERVICE = Kind("serving.knative.dev", "v1", "services", "Service")
TRAIN_JOB = Kind("trainer.kubeflow.org", "v1alpha1", "trainjobs", "TrainJob")
KINDS = {kind.name: kind for kind in (INFERENCE_SERVICE, SERVING_RUNTIME, HTTP_ROUTE, TRAIN_JOB)}


def route_name(name: str) -> str:
    """The HTTPRoute of a deployment: KServe's own are called as the InferenceService and as its predictor."""
    return f"{name}-traffic"


def predictor(service: str) -> str:
    """The service that KServe puts before the pods of an InferenceService."""
    return f"{service}-predictor"


def is_managed(manifest: Mapping[str, Any]) -> bool:
    """Whether an object was made here."""
    return MANAGED.items() <= (manifest["metadata"].get("labels") or {}).items()


def annotation(manifest: Mapping[str, Any], name: str) -> str:
    """An annotation of an object; empty where it has none."""
    return str((manifest["metadata"].get("annotations") or {}).get(name, ""))
