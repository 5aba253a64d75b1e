"""What the sandbox pool's manifests promise: who reaches it, how it grows, and how a server ends."""

import re

import pytest
from prometheus_client import generate_latest

from astor.sandbox import Limits, Sandbox
from astor.sandbox.pool.metrics import Metrics
from tests.k8s.manifests import OVERLAYS, ROOT, Document, documents, find

EVERY_OVERLAY = pytest.mark.parametrize("overlay", OVERLAYS)
GROWING = pytest.mark.parametrize("overlay", ["gpu", "gvisor"])


def pool(overlay: str) -> Document:
    spec: Document = find(overlay, "Deployment", "sandbox")["spec"]
    return spec


@EVERY_OVERLAY
def test_the_sandbox_is_reached_by_those_who_verify_alone(overlay: str) -> None:
    policies = [
        one["spec"]
        for one in documents(overlay)
        if one["kind"] == "NetworkPolicy" and one["metadata"]["namespace"] == "astor-sandbox"
    ]
    (closed,) = [each for each in policies if each["podSelector"] == {}]
    assert closed == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    assert all("egress" not in each for each in policies)
    rules = [rule for each in policies for rule in each.get("ingress", [])]
    steps = {"matchLabels": {"astor/role": "steps"}}, {"matchLabels": {"astor/verifies": "true"}}
    monitoring = {"matchLabels": {"astor/role": "monitoring"}}
    assert [rule["from"] for rule in rules] == [
        [{"namespaceSelector": monitoring}],
        [{"namespaceSelector": steps[0], "podSelector": steps[1]}],
    ]
    assert all(rule["ports"] == [{"port": "http", "protocol": "TCP"}] for rule in rules)


@EVERY_OVERLAY
def test_a_server_has_time_to_drain_and_as_many_workers_as_cores(overlay: str) -> None:
    pod = find(overlay, "Deployment", "sandbox")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    drain = int(re.search(r"--drain-seconds=(\d+)", " ".join(container["args"]))[1])
    leave = container["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert leave >= 5
    assert pod["terminationGracePeriodSeconds"] > leave + drain
    assert "--workers=$(CORES)" in container["args"]
    cores, memory = (container["resources"]["limits"][name] for name in ("cpu", "memory"))
    assert container["resources"]["requests"] == container["resources"]["limits"]
    default = Limits().memory_mb
    assert int(memory[:-2]) * {"Gi": 1024, "Mi": 1}[memory[-2:]] >= 512 + 2 * int(cores) * default


@GROWING
def test_the_pool_grows_by_what_servers_measure(overlay: str) -> None:
    autoscaler = find(overlay, "HorizontalPodAutoscaler", "sandbox")["spec"]
    assert autoscaler["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": "sandbox"}
    assert pool(overlay)["replicas"] == autoscaler["minReplicas"] < autoscaler["maxReplicas"]
    (metric,) = [each["pods"]["metric"]["name"] for each in autoscaler["metrics"] if each["type"] == "Pods"]
    assert f"\n{metric} 3.0\n" in generate_latest(Metrics(Sandbox(), lambda: 3).registry).decode()
    assert f"seriesQuery: {metric}{{" in (ROOT.parent / "docs" / "cluster.md").read_text()


@GROWING
def test_its_pods_are_spread_and_go_one_by_one(overlay: str) -> None:
    labels = pool(overlay)["template"]["metadata"]["labels"]
    budget = find(overlay, "PodDisruptionBudget", "sandbox")["spec"]
    spread = pool(overlay)["template"]["spec"]["topologySpreadConstraints"]
    selectors = [each["labelSelector"]["matchLabels"] for each in spread] + [budget["selector"]["matchLabels"]]
    assert all(selector.items() <= labels.items() for selector in selectors)
    assert {each["topologyKey"] for each in spread} == {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}
    assert budget["maxUnavailable"] == 1 < pool(overlay)["replicas"]


@EVERY_OVERLAY
def test_its_service_has_the_port_that_pods_answer_on(overlay: str) -> None:
    service = find(overlay, "Service", "sandbox")["spec"]
    template = pool(overlay)["template"]
    assert service["selector"].items() <= template["metadata"]["labels"].items()
    assert service["clusterIP"] == "None"
    (port,), (container,) = service["ports"], template["spec"]["containers"]
    assert {"name": port["targetPort"], "containerPort": port["port"]} in container["ports"]
