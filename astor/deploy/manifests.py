"""A deployment as objects of Kubernetes, by KServe's own SDK."""

from importlib.util import find_spec
from typing import Any

from astor.deploy.found import Found
from astor.deploy.kinds import (
    CANARY,
    DIGEST,
    HTTP_ROUTE,
    INFERENCE_SERVICE,
    MANAGED,
    NAME,
    PORT,
    VERSION,
    Manifest,
    predictor,
    route_name,
)
from astor.deploy.options import DeployOptions
from astor.deploy.runtimes import ADAPTER, BASE, FORMATS, arguments, plain, serving_runtime
from astor.errors import UserError

ROUTE_TIMEOUT = "300s"
"""How long a gateway waits for an answer: as long as `astor serve` does. Gateways' own 15 to 60 s cut long ones."""

STRATEGY = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
"""A new version takes no pod from the old one before it is ready, and needs room for one more."""


def render(options: DeployOptions, found: Found) -> list[Manifest]:
    """What is applied, in this order: the runtime, the InferenceService, and the route where there is to be one.

    Raises:
        UserError: as `workload` and `http_route`.
    """
    objects = workload(options, found)
    if options.canary or options.hostname:
        objects.append(http_route(options))
    if options.namespace:
        for each in objects:
            each["metadata"]["namespace"] = options.namespace
    return objects


def workload(options: DeployOptions, found: Found) -> list[Manifest]:
    """The runtime, and the InferenceService that has it, in no namespace.

    Raises:
        UserError: KServe's SDK is not installed, or the runtime serves no adapters.
    """
    require_sdk()
    if found.base and options.runtime != "vllm":
        raise UserError(f"{found.version} is an adapter, which astor serves with its base alone: give --runtime vllm.")
    runtime = serving_runtime(options)
    return [runtime, inference_service(options, found, runtime["metadata"]["name"])]


def inference_service(options: DeployOptions, found: Found, runtime: str) -> Manifest:
    """The InferenceService of a version, of the canary where the options ask for one."""
    from kserve import models

    places: dict[str, Any] = {}
    if found.base:
        stored = ((found.base.uri, BASE), (found.uri, ADAPTER))
        places["storage_uris"] = [models.V1beta1StorageUri(uri=uri, mount_path=mount) for uri, mount in stored]
    amount = {"cpu": options.cpu, "memory": options.memory}
    if options.gpu_count:
        amount[options.gpu_resource] = str(options.gpu_count)
    predictor = models.V1beta1PredictorSpec(
        model=models.V1beta1ModelSpec(
            model_format=models.V1beta1ModelFormat(name=FORMATS[options.runtime]),
            runtime=runtime,
            storage_uri=None if found.base else found.uri,
            args=arguments(options, found),
            resources={"requests": amount, "limits": amount},
        ),
        deployment_strategy=None if options.scale_to_zero == "knative" else STRATEGY,
        min_replicas=0 if options.scale_to_zero else options.replicas,
        max_replicas=options.replicas,
        service_account_name=options.service_account or None,
        tolerations=_tolerations(options),
        **places,
        **_scaling(options),
    )
    service = options.name + (CANARY if options.canary else "")
    annotations = {VERSION: found.version, DIGEST: found.digest, NAME: options.name, **_mode(options)}
    if options.storage_secret:
        annotations["serving.kserve.io/storageSecretName"] = options.storage_secret
    return plain(
        models.V1beta1InferenceService(
            api_version=INFERENCE_SERVICE.api_version,
            kind=INFERENCE_SERVICE.name,
            metadata={"name": service, "labels": MANAGED, "annotations": annotations},
            spec=models.V1beta1InferenceServiceSpec(predictor=predictor),
        )
    )


def _tolerations(options: DeployOptions) -> list[dict[str, str]] | None:
    if not options.gpu_count:
        return None
    return [{"key": options.gpu_resource, "operator": "Exists", "effect": "NoSchedule"}]


def _mode(options: DeployOptions) -> dict[str, str]:
    """What KServe is told of who starts and stops pods."""
    if options.scale_to_zero == "knative":
        return {"serving.kserve.io/deploymentMode": "Knative"}
    scaler = {"serving.kserve.io/autoscalerClass": "keda"} if options.scale_to_zero else {}
    return {"serving.kserve.io/deploymentMode": "Standard", **scaler}


def _scaling(options: DeployOptions) -> dict[str, Any]:
    from kserve import models

    if options.scale_to_zero != "keda":
        return {}
    metric = models.V1beta1ExternalMetrics(backend="prometheus", server_address=options.prometheus, query=options.query)
    target = models.V1beta1MetricTarget(type="Value", value="1")
    external = models.V1beta1ExternalMetricSource(metric=metric, target=target)
    metrics = [models.V1beta1MetricsSpec(type="External", external=external)]
    return {"auto_scaling": models.V1beta1AutoScalingSpec(metrics=metrics)}


def http_route(options: DeployOptions) -> Manifest:
    """The HTTPRoute that gives a deployment and its canary their shares of what comes to a host name.

    Raises:
        UserError: there is no host name.
    """
    if not options.hostname:
        raise UserError(
            f"No host name splits the traffic of {options.name}: give --hostname, as coder.example.com, which a "
            "gateway of the cluster answers to."
        )
    namespace, _, gateway = options.gateway.partition("/")
    shares = {options.name: 100 - options.canary}
    if options.canary:
        shares[options.name + CANARY] = options.canary
    return {
        "apiVersion": HTTP_ROUTE.api_version,
        "kind": HTTP_ROUTE.name,
        "metadata": {
            "name": route_name(options.name),
            "labels": MANAGED,
            "annotations": {NAME: options.name},
        },
        "spec": {
            "parentRefs": [{"kind": "Gateway", "namespace": namespace, "name": gateway}],
            "hostnames": [options.hostname],
            "rules": [
                {
                    "matches": [{"path": {"type": "PathPrefix", "value": "/"}}],
                    "timeouts": {"request": ROUTE_TIMEOUT},
                    "backendRefs": [
                        {"kind": "Service", "name": predictor(service), "port": PORT, "weight": share}
                        for service, share in shares.items()
                    ],
                }
            ],
        },
    }


def require_sdk() -> None:
    """UserError where KServe's SDK is not installed."""
    if find_spec("kserve") is None:
        raise UserError("KServe's SDK is not installed: pip install 'astor-rl[kserve]'.")
