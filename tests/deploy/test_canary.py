"""A canary is a second InferenceService with its share of a route; it ends in full, or not at all."""

import pytest

from astor.deploy.deploy import deploy, promote
from astor.deploy.undeploy import undeploy
from astor.errors import UserError


@pytest.fixture
def put(cluster, found, options):
    """Deploys the version of a number."""
    return lambda number, **given: deploy(cluster, found(number), options(**given), lambda line: None)


@pytest.fixture
def tried(put):
    """Version 1 in full, and version 2 as a canary with a tenth of the traffic."""
    put(1)
    return put(2, canary=10, hostname="coder.example.com")


def weights(api):
    (rule,) = api.objects["httproutes", "coder-traffic"]["spec"]["rules"]
    return {each["name"]: each["weight"] for each in rule["backendRefs"]}


def test_a_canary_gets_its_share_beside_what_serves(api, tried):
    assert (tried.service, tried.canary) == ("coder-canary", 10)
    assert weights(api) == {"coder-predictor": 90, "coder-canary-predictor": 10}
    served = {name: pod["model"]["storageUri"] for name, pod in api.pods.items()}
    assert served == {"coder": "s3://models/1/policy", "coder-canary": "s3://models/2/policy"}
    assert api.pods["coder-canary"]["model"]["args"][1:3] == ["--served-model-name", "coder"], "clients ask for coder"


def test_its_share_grows_under_the_same_host_name(api, tried, put):
    put(2, canary=50)
    assert weights(api) == {"coder-predictor": 50, "coder-canary-predictor": 50}
    assert api.objects["httproutes", "coder-traffic"]["spec"]["hostnames"] == ["coder.example.com"]


def test_promoted_it_is_deployed_in_full_as_it_was_tried(api, tried, cluster, options):
    canary = api.service("coder-canary")["spec"]
    deployed = promote(cluster, options(), lambda line: None)
    assert (deployed.version, deployed.before) == ("coder/2", "coder/1")
    assert api.service("coder")["spec"] == canary
    assert weights(api) == {"coder-predictor": 100}
    assert set(api.pods) == {"coder"}


def test_one_that_does_not_serve_in_full_stays_a_canary(api, tried, cluster, options):
    api.gone.add("s3://models/2/policy")
    with pytest.raises(UserError, match=r"coder/2 does not serve as coder \(.*: coder/1 serves on"):
        promote(cluster, options(), lambda line: None)
    assert weights(api) == {"coder-predictor": 90, "coder-canary-predictor": 10}
    assert set(api.pods) == {"coder", "coder-canary"}


def test_another_version_in_full_ends_the_canary_too(api, tried, put):
    put(3)
    assert weights(api) == {"coder-predictor": 100}
    assert {name: pod["model"]["storageUri"] for name, pod in api.pods.items()} == {"coder": "s3://models/3/policy"}


def test_a_canary_that_fails_gets_no_traffic(api, put):
    put(1)
    api.gone.add("s3://models/2/policy")
    with pytest.raises(UserError, match=r"coder/2 does not serve as coder-canary .* `astor undeploy coder --canary`"):
        put(2, canary=10, hostname="coder.example.com")
    assert ("httproutes", "coder-traffic") not in api.objects


def test_a_canary_taken_back_gets_no_traffic_before_it_goes(api, tried, cluster):
    api.requests.clear()
    with pytest.raises(UserError, match="coder-canary is the canary of coder: give `astor undeploy coder --canary`"):
        undeploy(cluster, "coder-canary", canary=False)
    assert undeploy(cluster, "coder", canary=True) == ["coder-canary"]
    assert weights(api) == {"coder-predictor": 100}
    written = [path.rpartition("/")[2] for method, path in api.requests if method in ("PUT", "DELETE")]
    assert written == ["coder-traffic", "coder-canary"]


def test_a_route_that_no_gateway_follows_is_put_back(api, tried, put):
    api.follows_routes = False
    with pytest.raises(
        UserError, match=r"gateway kserve/kserve-ingress-gateway does not follow the route coder-traffic"
    ):
        put(2, canary=50, smoke_seconds=0.15)
    assert weights(api) == {"coder-predictor": 90, "coder-canary-predictor": 10}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            {"canary": 10, "hostname": "coder.example.com"},
            "There is no deployment coder in models to be a canary beside",
        ),
        ({"canary": 10}, "No host name splits the traffic of coder: give --hostname"),
    ],
)
def test_what_a_canary_takes_is_said(api, put, given, told):
    with pytest.raises(UserError, match=told):
        put(1, **given)
    assert not api.objects, "nothing is applied"


def test_without_the_gateway_api_there_is_none(api, put):
    put(1)
    del api.groups["gateway.networking.k8s.io/v1"]
    with pytest.raises(UserError, match=r"has no httproutes.gateway.networking.k8s.io \(v1\): install the Gateway API"):
        put(2, canary=10, hostname="coder.example.com")


def test_without_a_canary_there_is_nothing_to_promote(cluster, options, put):
    put(1)
    with pytest.raises(UserError, match="coder in models has no canary: deploy one with --canary PERCENT"):
        promote(cluster, options(), lambda line: None)
