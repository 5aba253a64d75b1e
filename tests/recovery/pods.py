"""A real cluster whose pods are taken away: where it is, a run on it, and what pods do."""

import os
import re
import time
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import kfp_server_api as api
import kubernetes as k8s
import pytest
import yaml
from hostile.command import OF_THE_PLACE

from astor.errors import UserError
from astor.kubeconfig import find_credentials
from astor.launch.compilation import recipe_text, written
from astor.launch.connection import Kfp
from astor.launch.resumption import resume
from astor.launch.submission import submit
from astor.launch.submitted import Submission, find_submission
from astor.pipelines.collection import collection_pipeline
from astor.pipelines.platform import Platform
from astor.recipe.load import load_recipe
from astor.recipe.provision import Provision
from astor.recipe.recipe import Recipe
from astor.run.run import Run
from astor.steps.collect import BLOCKS, CollectOptions, collection_place
from astor.storage import committed, locate
from astor.storage.artifact import Manifest

NEEDED = ("ASTOR_TEST_KFP", "ASTOR_TEST_IMAGE", "ASTOR_TEST_STORE")
"""A real KFP's address, an image that its cluster can pull, and an s3:// prefix that its tasks may write to and this
machine may read. Optional: ASTOR_TEST_NAMESPACE, where tasks run; ASTOR_TEST_S3_SECRET, the Kubernetes secret with the
credentials for the prefix; ASTOR_TEST_MLFLOW, MLflow's address; ASTOR_TEST_SANDBOX, that of a sandbox pool whose token
is the secret `sandbox-token`."""
GLANCE = 0.5
FUNCTION = re.compile(r"--function_to_execute\W+(\w+)")


def step_of(pod: Any) -> str:
    """What a pod of KFP computes: a component's function, or `driver`; empty where it is neither."""
    words = [word for each in pod.spec.containers for word in [*(each.command or ()), *(each.args or ())]]
    if match := FUNCTION.search(" ".join(words)):
        return match[1]
    return "driver" if any(word == "driver" or word.endswith("/driver") for word in words) else ""


@dataclass
class Cluster:
    """The cluster that the environment names."""

    kfp: Kfp
    core: Any
    """Kubernetes' client of pods."""
    store: str
    overrides: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of_the_environment(cls) -> "Cluster":
        """Skips where none is named."""
        if missing := [name for name in NEEDED if not os.environ.get(name)]:
            pytest.skip(f"no cluster: set {', '.join(missing)}")
        try:
            settings = find_credentials().settings
        except UserError as error:
            pytest.skip(f"no Kubernetes to take pods away from: {error}")
        url, image, store = (os.environ[name] for name in NEEDED)
        secrets = {"store": secret} if (secret := os.environ.get("ASTOR_TEST_S3_SECRET")) else {}
        given: dict[str, Any] = {"tracking.uri": os.environ.get("ASTOR_TEST_MLFLOW", "http://mlflow.astor-mlflow:5000")}
        if sandbox := os.environ.get("ASTOR_TEST_SANDBOX"):
            given["sandbox"] = {"type": "pool", "urls": [sandbox]}
            secrets["sandbox"] = "sandbox-token"
        given["cluster"] = {"pools": {"core": {"image": image}}, "secrets": secrets}
        core = k8s.client.CoreV1Api(k8s.client.ApiClient(settings))
        return cls(Kfp(url, os.environ.get("ASTOR_TEST_NAMESPACE")), core, store, given)

    def recipe(self, packaged: str = "miniature", **overrides: Any) -> Recipe:
        """A recipe of its own: each has another name, and registers another model."""
        name = f"lost-{uuid4().hex[:8]}"
        own = {"name": name, "tracking.model": name}
        return load_recipe(packaged, deepcopy({**own, **self.overrides, **overrides}))

    def submit(self, recipe: Recipe) -> Submission:
        return submit(self.kfp, recipe, self.store)

    def collect(self, recipe: Recipe, options: CollectOptions) -> Submission:
        """Have trajectories collected by the pipeline of that name."""
        pipeline = collection_pipeline(
            Platform.of(recipe), Provision.of(recipe), recipe_text(recipe), overrides={}, store=self.store
        )
        specification, platform = yaml.safe_load_all(written(pipeline).text)
        given = options.model_dump()
        parameters = {
            "recipe": recipe_text(recipe),
            **{name: given.pop(name) for name in ("trajectories", "turns")},
            "overrides": {f"collect.{name}": value for name, value in given.items()},
            "store": self.store,
            "mlflow_uri": "",
        }
        run = api.V2beta1Run(
            display_name=recipe.name,
            pipeline_spec={"pipeline_spec": specification, "platform_spec": platform},
            runtime_config=api.V2beta1RuntimeConfig(parameters=parameters),
        )
        return Submission.of(self.kfp.ask(self.kfp.runs.run_service_create_run, run))

    def ended(self, found: Submission) -> Submission:
        """The submission when it has ended."""
        while (now := find_submission(self.kfp, found.run_id)).is_live:
            time.sleep(5)
        return now

    def go_on(self, found: Submission) -> Submission:
        """The submission as it is now, or the one that resumes it where it failed."""
        now = find_submission(self.kfp, found.run_id)
        return now if now.is_live or now.state == "SUCCEEDED" else resume(self.kfp, now, {})

    def finish(self, found: Submission) -> None:
        """See a run to its end, resumed as often as it fails, ten times at most."""
        resumed = 0
        while (found := self.go_on(before := found)).state != "SUCCEEDED":
            resumed += found.run_id != before.run_id
            assert resumed <= 10, f"{found.name} fails whenever it is resumed"
            time.sleep(5)

    def running(self, found: Submission, step: str) -> Iterator[Any]:
        """Running pods of a step."""
        pods = self.core.list_namespaced_pod(self.kfp.namespace, label_selector=f"pipeline/runid={found.run_id}")
        return (pod for pod in pods.items if pod.status.phase == "Running" and step_of(pod) == step)

    def wait_for(self, found: Submission, step: str) -> tuple[Submission, Any]:
        """The submission and a running pod of a step of it; what failed meanwhile is resumed."""
        while True:
            if pod := next(self.running(found, step), None):
                return found, pod
            found = self.go_on(found)
            assert found.state != "SUCCEEDED", f"no pod of {step} was seen"
            time.sleep(GLANCE)

    def lose(self, namespace: str, name: str) -> None:
        """Delete a pod at once, as the loss of its node does."""
        self.core.delete_namespaced_pod(name, namespace, grace_period_seconds=0)

    def digests(self, recipe: Recipe) -> dict[str, str]:
        """Place and part of all that a run computed → digest."""
        places = Run(self.store, recipe).places
        return {
            f"{place}/{name}": part.digest
            for place in places.committed_below()
            if place.startswith(("rounds/", "evaluations/"))  # what else there is has the run's name in it
            for name, part in committed(places.at(place)).manifest.parts.items()
            if name not in OF_THE_PLACE
        }

    def collected(self, recipe: Recipe, options: CollectOptions) -> dict[str, str]:
        """Block of a collection → digest."""
        store, key = locate(f"{collection_place(Run(self.store, recipe), options)}/{BLOCKS}")
        manifests = [name for name in store.keys(key) if name.endswith("/manifest.json")]
        return {name: Manifest.model_validate_json(store.read(name)).digest for name in manifests}

    def attempts(self, recipe: Recipe) -> dict[str, str]:
        """Each place of a run that was committed → the attempt that did it."""
        places = Run(self.store, recipe).places
        return {place: committed(places.at(place)).manifest.attempt for place in places.committed_below()}
