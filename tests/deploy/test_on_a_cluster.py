"""Deployments on a real cluster with KServe in Standard mode, where the environment names one.

`ASTOR_CLUSTER_STORE` is an s3:// prefix that this process may write to and the cluster may read, by the secret
`ASTOR_CLUSTER_SECRET`; `ASTOR_CLUSTER_IMAGE` has astor-rl[serving]; `ASTOR_CLUSTER_HOSTNAME` is a host name of the
gateway `ASTOR_CLUSTER_GATEWAY`. KUBECONFIG leads to the cluster, its context to a namespace in which nothing else is
deployed.

    pytest -m cluster tests/deploy/test_on_a_cluster.py
"""

import os

import pytest

from astor.deploy.cluster import Cluster
from astor.deploy.deploy import deploy, promote
from astor.deploy.deployments import list_deployments
from astor.deploy.found import Found
from astor.deploy.options import DeployOptions
from astor.deploy.undeploy import undeploy
from astor.errors import UserError
from astor.policies.options import TinyOptions
from astor.storage import Attempt, locate

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(1800)]
NEEDED = ("KUBECONFIG", "ASTOR_CLUSTER_STORE", "ASTOR_CLUSTER_SECRET", "ASTOR_CLUSTER_IMAGE")
NAME = "astor-test"


@pytest.fixture(scope="module")
def cluster():
    if missing := [name for name in NEEDED if not os.environ.get(name)]:
        pytest.skip(f"no cluster is named: {', '.join(missing)} must be set")
    cluster = Cluster()
    yield cluster
    if any(each.name == NAME for each in list_deployments(cluster)):
        undeploy(cluster, NAME, canary=False)


@pytest.fixture(scope="module")
def options():
    return DeployOptions(
        name=NAME,
        runtime="astor",
        image=os.environ["ASTOR_CLUSTER_IMAGE"],
        cpu=os.environ.get("ASTOR_CLUSTER_CPU", "250m"),
        memory="1Gi",
        storage_secret=os.environ["ASTOR_CLUSTER_SECRET"],
        gateway=os.environ.get("ASTOR_CLUSTER_GATEWAY", "kserve/kserve-ingress-gateway"),
        load_seconds=600,
    )


@pytest.fixture(scope="module")
def versions(cluster):
    """Three versions in the bucket; the files of the last are gone."""
    from astor.policies.policy import save_policy
    from astor.policies.tiny import make_policy

    texts = ["def f(x):\n    return x + 1", "write f for list: last item"]
    size = TinyOptions(hidden_size=32, layers=2, heads=2, mlp_size=64, vocabulary=200, context=128)
    found = []
    for number in (1, 2, 3):
        place = f"{os.environ['ASTOR_CLUSTER_STORE']}/test/{number}"
        with Attempt(place) as attempt:
            save_policy(make_policy(texts, size, seed=number), attempt.part("policy", "Policy/1"), recipe_digest="r")
            artifact = attempt.commit()
        digest = artifact.manifest.parts["policy"].digest
        found.append(Found(f"test/{number}", digest, f"{place}/{artifact.manifest.attempt}/policy"))
    yield found
    store, key = locate(f"{os.environ['ASTOR_CLUSTER_STORE']}/test")
    store.remove(key)


@pytest.fixture(scope="module")
def first(cluster, options, versions):
    return deploy(cluster, versions[0], options, print)


def test_a_version_serves_and_its_pod_tells_the_digest_of_its_files(cluster, first, versions):
    assert (first.version, first.digest) == ("test/1", versions[0].digest)
    (listed,) = list_deployments(cluster)
    assert (listed.state, listed.digest) == ("serving", versions[0].digest)


def test_where_files_are_gone_kserve_is_quoted_and_the_old_one_serves_on(cluster, first, options, versions):
    gone = versions[2]
    store, key = locate(gone.uri)
    store.remove(key)
    with pytest.raises(UserError, match=r"test/3 does not serve as astor-test .*: test/1 serves on") as refused:
        deploy(cluster, gone, options, print)
    print(refused.value)


def test_a_canary_shares_the_traffic_and_is_promoted(cluster, first, options, versions):
    if not (hostname := os.environ.get("ASTOR_CLUSTER_HOSTNAME")):
        pytest.skip("no host name of a gateway is named: ASTOR_CLUSTER_HOSTNAME must be set")
    tried = deploy(cluster, versions[1], options.updated(canary=20, hostname=hostname), print)
    assert (tried.service, tried.digest) == ("astor-test-canary", versions[1].digest)
    shares = {each.name: each.traffic for each in list_deployments(cluster)}
    assert shares == {"astor-test": 80, "astor-test-canary": 20}
    promoted = promote(cluster, options, print)
    assert (promoted.version, promoted.before) == ("test/2", "test/1")
    (listed,) = list_deployments(cluster)
    assert (listed.digest, listed.traffic) == (versions[1].digest, 100)


def test_undeployed_nothing_is_left(cluster, first):
    assert NAME in undeploy(cluster, NAME, canary=False)
    assert not list_deployments(cluster)
