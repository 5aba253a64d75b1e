"""Pods of a real cluster are deleted in turn; the run ends, or is resumed, as if none had been.

`pytest tests/recovery -m cluster` wants what `pods.py` names, and a kubeconfig that may list and delete pods.
"""

import os
import time
from pathlib import Path
from random import Random

import kubernetes as k8s
import pytest
import yaml
from commits import add
from hostile.command import difference
from pods import Cluster, step_of

from astor.launch.submitted import find_submission
from astor.steps.collect import CollectOptions

STEPS = (
    *("driver", "resolve_recipe", "prepare", "initialise", "plan", "rollout", "verify", "score", "update"),
    *("evaluate", "evaluate_turns", "choose", "promote"),
)
"""In the order in which they first run."""
SERVICES = {
    "sandbox": ("astor-sandbox", "sandbox", "verify"),
    "MLflow": ("astor-mlflow", "mlflow", "update"),
    "MLflow's database": ("astor-mlflow", "mlflow-database", "update"),
}
"""Namespace and label of the pods, and the step during which they are lost."""
LONGEST = 4 * 3600
OVER_TURNS = {
    "policy": {"type": "tiny", "hidden_size": 48, "warm_start": {"steps": 40, "batch_size": 16}},
    "data.prompts": {
        "train": 8,
        "held_out": 4,
        "promotion": 4,
        "demonstrations": {"multi_turn_code/first": 100, "multi_turn_code/next": 100},
    },
    "data.sources": [{"type": "underspecified", "depths": {1: 3, 2: 1}}],
    "data.splits": {"warm_start": 0.4, "train": 0.2, "held_out": 0.2, "promotion": 0.2},
    "batch": {"prompts": 4, "rollouts": 4},
    "tasks.multi_turn_code.max_tokens": 30,
}
"""Of a recipe with a task over turns."""


def test_what_a_pod_computes_is_read_from_its_command() -> None:
    golden = Path(__file__).parents[1] / "pipelines" / "golden" / "miniature-step.yaml"
    executors = yaml.load(golden.read_text(), yaml.CSafeLoader)["deploymentSpec"]["executors"]
    found = set()
    for executor in executors.values():
        words = executor["container"]["command"] + executor["container"]["args"]
        container = k8s.client.V1Container(name="main", command=["/kfp-launcher/launch"], args=words)
        found.add(step_of(k8s.client.V1Pod(spec=k8s.client.V1PodSpec(containers=[container]))))
    assert found | {"driver"} == set(STEPS)
    driver = k8s.client.V1Container(name="main", command=["driver"], args=["--type", "CONTAINER"])
    assert step_of(k8s.client.V1Pod(spec=k8s.client.V1PodSpec(containers=[driver]))) == "driver"


@pytest.mark.cluster
@pytest.mark.timeout(LONGEST)
def test_a_pod_of_each_step_is_lost() -> None:
    random, cluster = Random(16), Cluster.of_the_environment()
    stepwise = {"granularity": "step", "rounds": 2, "checkpoint_every": 1, "evaluation.every": 1}
    whole, recipe = cluster.recipe(**stepwise), cluster.recipe(**stepwise)
    cluster.finish(cluster.submit(whole))
    found, seen = cluster.submit(recipe), dict[str, str]()
    for step in STEPS:
        found, pod = cluster.wait_for(found, step)
        time.sleep(random.uniform(0, 10))
        cluster.lose(cluster.kfp.namespace, pod.metadata.name)
        add(seen, cluster.attempts(recipe))
    cluster.finish(found)
    add(seen, cluster.attempts(recipe))
    assert difference(cluster.digests(recipe), cluster.digests(whole)) == ""


@pytest.mark.cluster
@pytest.mark.timeout(LONGEST)
def test_a_pod_that_collects_is_lost() -> None:
    random, cluster = Random(18), Cluster.of_the_environment()
    options = CollectOptions(trajectories=4, turns=2, block=2)
    whole, recipe = cluster.recipe("cobalt", **OVER_TURNS), cluster.recipe("cobalt", **OVER_TURNS)
    assert cluster.ended(cluster.collect(whole, options)).state == "SUCCEEDED"
    found = cluster.collect(recipe, options)
    while (pod := next(cluster.running(found, "collect"), None)) is None:
        assert find_submission(cluster.kfp, found.run_id).is_live, "no pod of collect was seen"
        time.sleep(0.5)
    time.sleep(random.uniform(0, 20))
    cluster.lose(cluster.kfp.namespace, pod.metadata.name)
    if cluster.ended(found).state != "SUCCEEDED":
        assert cluster.ended(cluster.collect(recipe, options)).state == "SUCCEEDED"
    assert len(set(cluster.collected(recipe, options).values())) > 1
    assert sorted(cluster.collected(recipe, options).values()) == sorted(cluster.collected(whole, options).values())


@pytest.mark.cluster
@pytest.mark.timeout(LONGEST)
@pytest.mark.parametrize("service", SERVICES)
def test_the_pods_of_a_service_are_lost(service: str) -> None:
    cluster = Cluster.of_the_environment()
    if service == "sandbox" and not os.environ.get("ASTOR_TEST_SANDBOX"):
        pytest.skip("no sandbox pool: set ASTOR_TEST_SANDBOX to its address")
    namespace, name, step = SERVICES[service]
    stepwise = {"granularity": "step", "rounds": 1}
    whole, recipe = cluster.recipe(**stepwise), cluster.recipe(**stepwise)
    cluster.finish(cluster.submit(whole))
    found, _ = cluster.wait_for(cluster.submit(recipe), step)
    pods = cluster.core.list_namespaced_pod(namespace, label_selector=f"app.kubernetes.io/name={name}").items
    assert pods, f"there is no pod {name} in {namespace}"
    for pod in pods:
        cluster.lose(namespace, pod.metadata.name)
    cluster.finish(found)
    assert difference(cluster.digests(recipe), cluster.digests(whole)) == ""
