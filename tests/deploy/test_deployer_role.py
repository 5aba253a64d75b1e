"""The role of who deploys grants what deployments ask of a cluster, and nothing else; the page lists the same."""

import re
from collections.abc import Iterator
from pathlib import Path

import yaml
from api_server import ApiServer

from astor.deploy.deploy import deploy, promote
from astor.deploy.deployments import list_deployments
from astor.deploy.undeploy import undeploy

ROOT = Path(__file__).parents[2]
Right = tuple[str, str, str]
"""API group, resource and verb."""


def granted() -> set[Right]:
    """What the manifests grant, in the namespace and beyond it."""
    found = yaml.safe_load_all((ROOT / "k8s" / "base" / "serving" / "deployer.yaml").read_text())
    rules = [rule for one in found for rule in one.get("rules", ())]
    return {
        (group, resource, verb)
        for rule in rules
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


def listed() -> set[Right]:
    """What the page's table says."""
    page = (ROOT / "docs" / "deploy.md").read_text()
    rows = re.findall(r"^\| (?:`([\w.]+)`|\(core\)) \| `([\w/]+)` \| ([a-z, ]+) \|$", page, re.MULTILINE)
    return {(group, resource, verb) for group, resource, verbs in rows for verb in verbs.split(", ")}


def asked(api: ApiServer) -> Iterator[Right]:
    """What was asked of the API server, as it authorises it. Which kinds there are is told to everybody."""
    for method, path in api.requests:
        verb = {"GET": "get", "POST": "create", "PUT": "update", "DELETE": "delete"}[method]
        if "/proxy/" in path:
            yield "", "services/proxy", verb
        elif place := re.fullmatch(r"/apis/([\w.]+)/\w+/namespaces/models/(\w+)(/[\w-]+)?", path):
            group, plural, name = place.groups()
            yield group, plural, "list" if method == "GET" and not name else verb


def test_it_grants_what_a_deployment_asks_for_and_the_page_says_so(api, cluster, found, options) -> None:
    def put(number, **given):
        deploy(cluster, found(number), options(**given), lambda line: None)

    put(1)
    put(2, canary=10, hostname="coder.example.com")
    promote(cluster, options(), lambda line: None)
    put(3, canary=20)
    undeploy(cluster, "coder", canary=True)
    list_deployments(cluster)
    undeploy(cluster, "coder", canary=False)
    assert granted() == set(asked(api))
    assert listed() == granted()
