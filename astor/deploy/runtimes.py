"""What serves: a ServingRuntime per kind of server and image, and the arguments of a server for one policy.

A runtime is never changed: its name has the digest of what it is, so that an InferenceService that is put back finds
the runtime that it had. All that a policy needs beyond it are arguments of the InferenceService, which KServe adds to
those of the runtime.
"""

from typing import Any

from astor.deploy.found import Found
from astor.deploy.kinds import MANAGED, SERVING_RUNTIME, Manifest
from astor.deploy.options import DeployOptions
from astor.policies.options import largest_rank
from astor.storage import digest_json

VLLM_IMAGE = "vllm/vllm-openai:v0.32.0"
CONTAINER = "kserve-container"
"""The name that KServe's controller looks for."""
MODELS = "/mnt/models"
"""Where the storage initializer puts what it fetched."""
BASE, ADAPTER = f"{MODELS}/base", f"{MODELS}/adapter"
SERVER_PORT = 8080
"""Which KServe's service asks by default."""
FORMATS = {"vllm": "vLLM", "astor": "astor"}
"""Runtime → what KServe calls the format of its models."""
COMMANDS = {
    "vllm": ["python3", "-m", "vllm.entrypoints.openai.api_server"],
    "astor": ["python3", "-m", "astor.cli", "serve"],
}
ENVIRONMENT = {
    "vllm": {"HOME": "/tmp", "HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1"},
    "astor": {"HOME": "/tmp", "HF_HUB_OFFLINE": "1"},
}
READY = {"vllm": "/health", "astor": "/ready"}


def serving_runtime(options: DeployOptions) -> Manifest:
    """The ServingRuntime that the options ask for, in no namespace."""
    from kserve import models

    kind = options.runtime
    spec = models.V1alpha1ServingRuntimeSpec(
        supported_model_formats=[models.V1alpha1SupportedModelFormat(name=FORMATS[kind], auto_select=False)],
        multi_model=False,
        annotations={"prometheus.kserve.io/port": str(SERVER_PORT), "prometheus.kserve.io/path": "/metrics"},
        containers=[_container(options)],
        volumes=[{"name": "shm", "emptyDir": {"medium": "Memory"}}, {"name": "tmp", "emptyDir": {}}],
    )
    name = f"astor-{kind}-{digest_json(plain(spec))[:8]}"
    return plain(
        models.V1alpha1ServingRuntime(
            api_version=SERVING_RUNTIME.api_version,
            kind=SERVING_RUNTIME.name,
            metadata={"name": name, "labels": MANAGED},
            spec=spec,
        )
    )


def _container(options: DeployOptions) -> Manifest:
    """A server that is ready once it answers, and may take its time to load."""
    kind = options.runtime

    def asks(path: str, **often: int) -> Manifest:
        return {"httpGet": {"path": path, "port": SERVER_PORT}, "timeoutSeconds": 10, **often}

    security: Manifest = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    if kind == "astor":  # vLLM's own image has no user but root.
        security |= {"runAsNonRoot": True, "readOnlyRootFilesystem": True}
    return {
        "name": CONTAINER,
        "image": options.image or VLLM_IMAGE,
        "command": COMMANDS[kind],
        "args": ["--host=0.0.0.0", f"--port={SERVER_PORT}"],
        "env": [{"name": name, "value": value} for name, value in ENVIRONMENT[kind].items()],
        "ports": [{"containerPort": SERVER_PORT, "protocol": "TCP"}],
        "startupProbe": asks(READY[kind], periodSeconds=5, failureThreshold=-(-int(options.load_seconds) // 5)),
        "readinessProbe": asks(READY[kind], periodSeconds=5, failureThreshold=3),
        "livenessProbe": asks("/health", periodSeconds=10, failureThreshold=6),
        "securityContext": security | {"seccompProfile": {"type": "RuntimeDefault"}},
        "volumeMounts": [{"name": "shm", "mountPath": "/dev/shm"}, {"name": "tmp", "mountPath": "/tmp"}],
    }


def arguments(options: DeployOptions, found: Found) -> list[str]:
    """Of the server, for one policy. vLLM calls it by its digest too, so that what answers tells which policy it is;
    `astor serve` tells the digest of the files that it read by itself."""
    if options.runtime == "astor":
        return [f"--policy={MODELS}", f"--model={options.name}", "--no-key", *options.arguments]
    if found.base is None:
        return [f"--model={MODELS}", "--served-model-name", options.name, found.digest, *options.arguments]
    return [
        f"--model={BASE}",
        f"--served-model-name={found.base.digest}",
        "--enable-lora",
        f"--max-lora-rank={largest_rank(found.base.rank)}",
        "--max-loras=2",  # One adapter under two names takes two places.
        "--lora-modules",
        *(f"{name}={ADAPTER}" for name in (options.name, found.digest)),
        *options.arguments,
    ]


def plain(model: Any) -> Manifest:
    """A model of an SDK as JSON, without what is not set."""
    from kubernetes.client import ApiClient

    manifest: Manifest = ApiClient().sanitize_for_serialization(model)
    return manifest
