"""The section `cluster` of a recipe: where KFP is, and what tasks ask of Kubernetes. It decides nothing of what a run
computes, so a run goes on where it changes."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from astor.masking import CREDENTIALS
from astor.options import Options
from astor.recipe.passwords import is_secret
from astor.recipe.spelling import AMOUNT, IMAGE, QUALIFIED, QUEUE, VALUE, VARIABLE

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,252}$")]
Quantity = Annotated[str, AfterValidator(AMOUNT), Field(json_schema_extra={"pattern": f"^{AMOUNT.pattern}$"})]
Qualified = Annotated[str, AfterValidator(QUALIFIED)]


class Toleration(Options):
    """A taint of nodes that a task's pod puts up with."""

    key: Qualified | None = None
    """Of the taint; None: any."""
    operator: Literal["Exists", "Equal"] = "Exists"
    """Whether the taint's value matters; left out beside a `value`, it is `Equal`."""
    value: Annotated[str, AfterValidator(VALUE)] | None = None
    """Of the taint, for `Equal`."""
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] | None = None
    """Of the taint; None: any."""

    @model_validator(mode="before")
    @classmethod
    def _a_value_is_compared(cls, given: Any) -> Any:
        if isinstance(given, Mapping) and given.get("value") is not None:
            return {"operator": "Equal", **given}
        return given

    @model_validator(mode="after")
    def _kubernetes_takes_it(self) -> Self:
        if self.operator == "Exists" and self.value:
            raise ValueError(f"Exists asks for no value, and {self.value!r} is one: leave out value, or operator")
        if self.operator == "Equal" and self.key is None:
            raise ValueError("Equal compares the value of a key, and there is none: give key")
        return self


class Pool(Options):
    """What the tasks of one pool ask of the node that they run on."""

    image: Annotated[str, AfterValidator(IMAGE)] | None = None
    """Image of its tasks, by tag or digest, never `latest`; None: that of `core`."""
    cpu: float = Field(1.0, ge=0.001, le=4096)
    """Cores, in thousandths, requested and never exceeded. `threads` times `processes` of the recipe is what
    mathematics can use."""
    memory: Quantity = "2Gi"
    """Memory, requested and never exceeded. As the two are one, a pod is among the last that a full node evicts (our
    choice)."""
    accelerators: int = Field(0, ge=0)
    """Accelerators of a pod."""
    accelerator: Qualified = "nvidia.com/gpu"
    """The resource that an accelerator is; its taint of this name is tolerated."""
    node_selector: dict[str, str] = {}
    """Labels that a node must have."""
    tolerations: tuple[Toleration, ...] = ()
    """Further taints that are tolerated."""
    shared_memory: Quantity | None = None
    """Size of /dev/shm, which counts as memory; None: the container runtime's 64 MiB. Several GPUs need more."""
    cache: Quantity = "10Gi"
    """Most of the node's disk that a pod fills with what it fetches from S3 and what models write; gone with the
    pod."""
    claim: Name | None = None
    """A PersistentVolumeClaim in place of the node's disk: what was fetched is there for the next pod."""

    @property
    def cores(self) -> str:
        """`cpu` as KFP and Kubernetes take it: a plain decimal number."""
        return f"{self.cpu:.3f}".rstrip("0").rstrip(".")

    @field_validator("cpu")
    @classmethod
    def _cpu_is_in_thousandths(cls, cpu: float) -> float:
        if cpu != round(cpu, 3):
            raise ValueError(f"{cpu} cores are finer than Kubernetes counts: give three decimals at most, as 0.5")
        return cpu

    @field_validator("image")
    @classmethod
    def _image_is_pinned(cls, image: str | None) -> str | None:
        name = (image or "").rpartition("/")[2]
        if image is not None and "@" not in name and name.partition(":")[2] in ("", "latest"):
            raise ValueError(f"the image {image!r} is not pinned: name its tag, other than latest, or its digest")
        return image

    @field_validator("node_selector")
    @classmethod
    def _labels_are_labels(cls, labels: dict[str, str]) -> dict[str, str]:
        return {QUALIFIED(key): VALUE(value) for key, value in labels.items()}


class Pools(Options):
    """Which pool does what."""

    core: Pool = Pool()
    """Tasks without a model: they resolve the recipe, plan, score, evaluate and promote."""
    verify: Pool = Pool()
    """Tasks that judge answers and data: `prepare` and `verify`."""
    rollout: Pool = Pool(memory="4Gi")
    """Tasks that sample: `rollout` and the evaluation over turns."""
    train: Pool = Pool(memory="4Gi")
    """Tasks that train: `initialise` and `update`; and segments and the end of a run by segments, which also sample
    and verify."""


class Secrets(Options):
    """Names of Kubernetes secrets in the namespace of the tasks. Their keys are called like the environment variables
    that they become; no secret itself stands in a recipe or a pipeline."""

    store: Name | None = None
    """`AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` of every task; `AWS_SESSION_TOKEN`, `AWS_DEFAULT_REGION` and
    `AWS_ENDPOINT_URL_S3` where it has them."""
    references: Name | None = None
    """The same for tasks that read references, in place of `store`."""
    sandbox: Name | None = None
    """The token of a sandbox pool, under the name in `sandbox.token_env`, for tasks that verify."""
    mlflow: Name | None = None
    """`MLFLOW_TRACKING_USERNAME` and `MLFLOW_TRACKING_PASSWORD`, or `MLFLOW_TRACKING_TOKEN`, for tasks that write to
    MLflow or ask it for models."""
    rollout: Name | None = None
    """The key of rollout servers, under the name in `rollout.key_env`, for tasks that sample."""


class ClusterOptions(Options):
    """Where KFP is, and what tasks ask of Kubernetes."""

    host: str | None = None
    """Address of KFP's API, as http://localhost:8080; None: `--host` or KF_PIPELINES_ENDPOINT."""
    namespace: Name | None = None
    """Namespace of the tasks; None: `--namespace` or ASTOR_NAMESPACE, or the one of a KFP that has a single one."""
    queue: Annotated[str, AfterValidator(QUEUE)] | None = None
    """Kueue's LocalQueue that admits tasks, as the label of their pods."""
    environment: dict[str, str] = {}
    """Environment variables of every task, as AWS_ENDPOINT_URL_S3 and AWS_DEFAULT_REGION. Nothing secret."""
    pools: Pools = Pools()
    secrets: Secrets = Secrets()

    @field_validator("host")
    @classmethod
    def _host_is_http(cls, host: str | None) -> str | None:
        if host is not None and (not host.startswith(("http://", "https://")) or CREDENTIALS.search(host)):
            raise ValueError("it is no address of KFP: write http://HOST:PORT, without a password")
        return host

    @field_validator("environment")
    @classmethod
    def _variables_are_no_secrets(cls, environment: dict[str, str]) -> dict[str, str]:
        for name in environment:
            VARIABLE(name)
            if is_secret(name):
                raise ValueError(
                    f"{name} would stand in the pipeline for everybody to read: put it into a Kubernetes secret, and "
                    "name that under cluster.secrets"
                )
        return environment
