"""What a compiled pipeline asks of a cluster for its tasks."""

from collections.abc import Iterator
from typing import Literal, NamedTuple, Self

from kfp import dsl, kubernetes

from astor.errors import UserError
from astor.options import Options
from astor.pipelines.train_job import Variable, render_train_job
from astor.recipe.cluster import ClusterOptions, Pool
from astor.recipe.nodes import update_nodes
from astor.recipe.recipe import Recipe

CACHE = "/var/cache/astor"
"""Where a task keeps what it fetched, and whatever libraries keep."""
S3_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
S3_OPTIONAL = ("AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL_S3")
MLFLOW_KEYS = ("MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN")
POOL, VERIFIES, QUEUE = "astor/pool", "astor/verifies", "kueue.x-k8s.io/queue-name"
"""Labels of pods: network policies and Kueue go by them."""


class Work(NamedTuple):
    """What a task does, which decides where it runs and what it may know."""

    pool: Literal["core", "verify", "rollout", "train"] = "core"
    verifies: bool = False
    """It reads references, and has programs run."""
    samples: bool = False
    """It asks rollout servers, where there are any."""
    tracks: bool = False
    """It writes to MLflow or asks it for models."""


CORE, TRACKS = Work(), Work(tracks=True)
VERIFY, ROLLOUT = Work("verify", verifies=True), Work("rollout", samples=True)
COMPARE = Work("rollout", verifies=True, samples=True)
UPDATE, ALL = Work("train", tracks=True), Work("train", verifies=True, samples=True, tracks=True)


class Platform(Options):
    """Images, pools and secrets. The local runner has none of them."""

    cluster: ClusterOptions | None = None
    """None: nothing is asked for."""
    sandbox_variable: str | None = None
    """What the token of the sandbox pool is called; None: there is no pool."""
    rollout_variable: str | None = None
    """What the key of rollout servers is called; None: there are none."""
    train_job: str = ""
    """The TrainJob of an update that takes several nodes; empty where the pod of the task makes it."""

    @classmethod
    def of(cls, recipe: Recipe) -> Self:
        """The cluster of a recipe.

        Raises:
            UserError: it names no image, or no secret that a step cannot do without; or nodes that cannot update
                together.
        """
        cluster, token = recipe.cluster or ClusterOptions(), getattr(recipe.sandbox, "token_env", None)
        require_image(cluster)
        if token and not cluster.secrets.sandbox:
            raise UserError(
                "The sandbox is a pool, and its token reaches no task: name the Kubernetes secret that holds it as "
                f"{token} under cluster.secrets.sandbox."
            )
        key, nodes = getattr(recipe.rollout, "key_env", None), update_nodes(recipe)
        platform = cls(cluster=cluster, sandbox_variable=token, rollout_variable=key)
        if nodes == 1:
            return platform
        return platform.model_copy(update={"train_job": platform._train_job(cluster, nodes, recipe.threads)})

    @property
    def update(self) -> Work:
        """The task that updates: it only follows a TrainJob, where there is one."""
        return TRACKS if self.train_job else UPDATE

    def place(self, task: dsl.PipelineTask, work: Work = CORE, *, cached: bool = False) -> dsl.PipelineTask:
        """Give a task its image, its pool and its secrets; returns the task. It is never retried: KFP's retries do not
        survive the loss of a node, and steps wait for services that are away."""
        task.set_caching_options(cached)
        if self.cluster is not None:
            pool: Pool = getattr(self.cluster.pools, work.pool)
            task.set_container_image(pool.image or self.cluster.pools.core.image)
            _ask(task, pool)
            kubernetes.add_pod_label(task, POOL, work.pool)
            if work.verifies:
                kubernetes.add_pod_label(task, VERIFIES, "true")
            if self.cluster.queue:
                kubernetes.add_pod_label(task, QUEUE, self.cluster.queue)
            for name, value in self.cluster.environment.items():
                task.set_env_variable(name, value)
            self._tell_secrets(task, work, self.cluster)
        return task

    def _train_job(self, cluster: ClusterOptions, nodes: int, threads: int) -> str:
        pool, image = cluster.pools.train, cluster.pools.train.image or cluster.pools.core.image
        assert image, "it was required"
        return render_train_job(
            pool,
            image,
            nodes,
            {**cluster.environment, "OMP_NUM_THREADS": str(threads)},
            list(self._secrets(UPDATE, cluster)),
            labels={POOL: "train"},
            queue=f"{QUEUE}={cluster.queue}" if cluster.queue else None,
            cache=CACHE,
        )

    def _tell_secrets(self, task: dsl.PipelineTask, work: Work, cluster: ClusterOptions) -> None:
        found = list(self._secrets(work, cluster))
        for secret, optional in dict.fromkeys((each.secret, each.optional) for each in found):
            names = [each.name for each in found if (each.secret, each.optional) == (secret, optional)]
            kubernetes.use_secret_as_env(task, secret, {name: name for name in names}, optional=optional)

    def _secrets(self, work: Work, cluster: ClusterOptions) -> Iterator[Variable]:
        """The variables of a task that secrets hold."""
        secrets = cluster.secrets
        store = (secrets.references if work.verifies else None) or secrets.store
        optional = [name for name in S3_OPTIONAL if name not in cluster.environment]
        for secret, names, required in (
            (store, S3_KEYS, True),
            (store, optional, False),
            (secrets.sandbox if work.verifies else None, (self.sandbox_variable,), True),
            (secrets.rollout if work.samples else None, (self.rollout_variable,), True),
            (secrets.mlflow if work.tracks else None, MLFLOW_KEYS, False),
        ):
            yield from (Variable(name, secret, not required) for name in names if name and secret)


def require_image(cluster: ClusterOptions) -> None:
    """UserError where the tasks have no image."""
    if cluster.pools.core.image is None:
        raise UserError(
            "The tasks have no image: build one (make images), push it where the cluster can pull it, and name it by "
            "--image or as cluster.pools.core.image."
        )


def _ask(task: dsl.PipelineTask, pool: Pool) -> None:
    """Have a task scheduled to a node of its pool, with what it takes there."""
    task.set_cpu_request(pool.cores).set_cpu_limit(pool.cores)
    task.set_memory_request(pool.memory).set_memory_limit(pool.memory)
    for label, value in pool.node_selector.items():
        kubernetes.add_node_selector(task, label, value)
    if pool.accelerators:
        task.set_accelerator_type(pool.accelerator).set_accelerator_limit(pool.accelerators)
        kubernetes.add_toleration(task, key=pool.accelerator, operator="Exists", effect="NoSchedule")
    for each in pool.tolerations:
        kubernetes.add_toleration(task, key=each.key, operator=each.operator, value=each.value, effect=each.effect)
    if pool.shared_memory:
        kubernetes.empty_dir_mount(task, "shm", "/dev/shm", medium="Memory", size_limit=pool.shared_memory)
    if pool.claim:
        kubernetes.mount_pvc(task, pool.claim, CACHE)
    else:
        kubernetes.empty_dir_mount(task, "cache", CACHE, size_limit=pool.cache)
    task.set_env_variable("XDG_CACHE_HOME", CACHE)
