"""What a compiled pipeline asks of a cluster for its tasks."""

from kfp import dsl, kubernetes

from astor.options import Options


class Platform(Options):
    """Image, accelerators and credentials. The local runner uses none of them."""

    image: str | None = None
    """Image of every task; None leaves the components' own."""
    gpus: int = 0
    """NVIDIA GPUs for tasks that run models; 0 keeps them on CPUs."""
    credentials: str | None = None
    """Kubernetes secret with the S3 credentials of every task, under the names of the AWS environment variables."""
    reference_credentials: str | None = None
    """The secret that may read references, given to `prepare` and `verify` alone, or to `segment` and `finish`,
    which verify too."""

    def place(
        self, task: dsl.PipelineTask, *, model: bool = False, references: bool = False, cached: bool = False
    ) -> dsl.PipelineTask:
        """Give a task its image, its pool and its secrets; returns the task."""
        task.set_caching_options(cached)
        if self.image:
            task.set_container_image(self.image)
        if model and self.gpus:
            task.set_accelerator_type("nvidia.com/gpu").set_accelerator_limit(self.gpus)
            kubernetes.add_toleration(task, key="nvidia.com/gpu", operator="Exists", effect="NoSchedule")
        secret = (self.reference_credentials if references else None) or self.credentials
        if secret:
            names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL_S3")
            kubernetes.use_secret_as_env(task, secret, {name: name for name in names})
        return task
