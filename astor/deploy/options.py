"""How a model is deployed."""

import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from astor.options import Options

MOST_CHARACTERS = 46
"""Of a name: KServe's service of the canary is called NAME-canary-predictor, and names of services end at 63."""
_LABEL = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_QUANTITY = re.compile(r"[0-9]+(\.[0-9]+)?(m|[kMGTP]i?|Ki)?")
_HOST = re.compile(r"(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")


def check_name(name: str, most: int = MOST_CHARACTERS) -> str:
    """A name that Kubernetes takes; ValueError where it takes none like it."""
    if len(name) > most or not _LABEL.fullmatch(name):
        raise ValueError(
            f"{name!r} is no name for Kubernetes: give up to {most} lower-case letters, digits and hyphens that begin "
            "with a letter"
        )
    return name


def _check_quantity(text: str) -> str:
    if not _QUANTITY.fullmatch(text) or not float(re.sub(r"[a-zA-Z]", "", text)):
        raise ValueError(f"{text!r} is no amount for Kubernetes: write it as 2, 500m or 8Gi")
    return text


def _check_label(name: str) -> str:
    return check_name(name, most=63) if name else name


Quantity = Annotated[str, Field(coerce_numbers_to_str=True), AfterValidator(_check_quantity)]
Label = Annotated[str, AfterValidator(_check_label)]


class DeployOptions(Options):
    """What is rendered, and how long a cluster has for it. Defaults are our choice."""

    name: Annotated[str, AfterValidator(check_name)]
    """Of the InferenceService, and of the model as clients call it."""
    namespace: Label = ""
    """Kubernetes namespace; empty: that of the kubeconfig, or of the pod."""
    runtime: Literal["vllm", "astor"] = "vllm"
    """What serves: vLLM on GPUs, or `astor serve` on CPUs, which has the task routes too."""
    image: str = ""
    """Of the server; empty: vLLM's own. `astor` has no default."""
    gpus: int = Field(default=-1, ge=-1, le=64)
    """Of each replica; -1: one for vLLM, none for astor."""
    gpu_resource: str = "nvidia.com/gpu"
    """What Kubernetes calls a GPU; its taint of the same name is tolerated."""
    cpu: Quantity = "2"
    """Cores of each replica, asked for and at most."""
    memory: Quantity = "8Gi"
    """Of each replica, asked for and at most."""
    replicas: int = Field(default=1, ge=1)
    """Pods that serve at once."""
    arguments: tuple[str, ...] = ()
    """Further arguments of the server, as `--max-model-len=4096`."""
    service_account: Label = ""
    """Service account of the pods, whose secret may hold the credentials of the storage."""
    storage_secret: Label = ""
    """Secret with the credentials of the storage, where the service account has none."""
    storage_uri: str = ""
    """Where the version's files lie for KServe, as pvc://CLAIM/DIR, instead of the version's own s3://."""
    scale_to_zero: Literal["", "keda", "knative"] = ""
    """What starts a pod again when a request comes; empty: pods stay."""
    prometheus: str = ""
    """Address of the Prometheus server that KEDA asks."""
    query: str = ""
    """What KEDA asks it: how many requests wait or come; 0 stops the last pod."""
    hostname: str = ""
    """Host name under which a gateway splits the traffic between a deployment and its canary."""
    gateway: str = "kserve/kserve-ingress-gateway"
    """The gateway that does, as NAMESPACE/NAME; by default KServe's own."""
    canary: int = Field(default=0, ge=0, le=99)
    """Percent of the traffic that go to a canary with this version; 0: it is deployed in full."""
    probes: tuple[str, ...] = Field(default=("def add(a, b):\n    return", "Write a commit message."), min_length=1)
    """Prompts that the endpoint has to answer."""
    load_seconds: float = Field(default=1800, gt=0)
    """How long a model may take to be fetched and loaded."""
    failed_seconds: float = Field(default=10, ge=0)
    """How long a failure has to stand before it is believed: KServe tells one of old pods for a moment."""
    smoke_seconds: float = Field(default=120, gt=0)
    """How long a loaded model may take to answer with the right digest: old pods answer until they are gone."""
    request_seconds: float = Field(default=60, gt=0)
    """How long one answer may take."""
    poll_seconds: float = Field(default=2, gt=0)
    """Seconds between two looks at the state."""

    @field_validator("storage_uri")
    @classmethod
    def _check_storage(cls, uri: str) -> str:
        if uri and not re.fullmatch(r"(s3|pvc)://[^/\s]+/\S+", uri):
            raise ValueError(f"{uri!r} is no place that KServe reads: give pvc://CLAIM/DIR or s3://BUCKET/PREFIX")
        return uri

    @field_validator("hostname")
    @classmethod
    def _check_hostname(cls, host: str) -> str:
        if host and not _HOST.fullmatch(host):
            raise ValueError(f"{host!r} is no host name: write it as coder.example.com")
        return host

    @field_validator("gateway")
    @classmethod
    def _check_gateway(cls, gateway: str) -> str:
        if not re.fullmatch(r"[a-z0-9][-a-z0-9]*/[a-z0-9][-a-z0-9.]*", gateway):
            raise ValueError(f"{gateway!r} is no gateway: write NAMESPACE/NAME")
        return gateway

    @model_validator(mode="after")
    def _fit(self) -> Self:
        if self.runtime == "astor" and self.gpus > 0:
            raise ValueError(f"astor serves on CPUs, and gpus is {self.gpus}: give runtime vllm, or leave gpus out")
        if self.runtime == "astor" and not self.image:
            raise ValueError("the runtime astor has no image: give one in which astor-rl[serving] is installed")
        if self.runtime == "vllm" and self.gpus == 0 and not self.image:
            raise ValueError("vLLM's own image needs a GPU: give an image with vLLM for CPUs, or runtime astor")
        if self.scale_to_zero == "keda" and not (self.prometheus and self.query):
            raise ValueError(
                "KEDA scales by a metric, for a stopped server has no use of CPU: give prometheus and query"
            )
        if self.scale_to_zero and self.canary:
            raise ValueError("a canary's share of the traffic is of pods that run: leave scale_to_zero or canary out")
        return self

    @property
    def gpu_count(self) -> int:
        """GPUs of each replica."""
        if self.gpus >= 0:
            return self.gpus
        return 1 if self.runtime == "vllm" else 0

    def updated(self, **changes: Any) -> Self:
        """The options with some changed, checked anew."""
        return type(self).model_validate(self.model_dump() | changes)
