"""What a cluster refuses, and what it lacks, is one sentence with the way out."""

import pytest
from api_server import write_kubeconfig

from astor.deploy.cluster import AwayError, Cluster
from astor.deploy.deploy import deploy
from astor.deploy.deployments import list_deployments
from astor.deploy.undeploy import undeploy
from astor.errors import UserError


@pytest.fixture
def put(found, options):
    return lambda cluster, **given: deploy(cluster, found(1), options(**given), lambda line: None)


def test_what_is_not_allowed_is_said_in_kubernetes_words(api, cluster, put):
    message = 'inferenceservices.serving.kserve.io is forbidden: User "tester" cannot create resource'
    api.refusals["POST", "inferenceservices"] = 403, message
    with pytest.raises(UserError) as refused:
        put(cluster)
    assert message in str(refused.value)
    assert str(refused.value).endswith("have it allowed by a role, docs/deploy.md lists what is needed.")


def test_a_namespace_that_is_not_there_is_named(api, put):
    with pytest.raises(UserError, match=r'namespaces "nowhere" not found; create it, or give another --namespace'):
        put(Cluster("nowhere"))


def test_a_cluster_without_kserve_is_named(api, cluster, put):
    del api.groups["serving.kserve.io/v1beta1"]
    with pytest.raises(UserError, match=r"has no inferenceservices.serving.kserve.io \(v1beta1\): install KServe"):
        put(cluster)


@pytest.mark.parametrize("scaler", ["keda", "knative"])
def test_scale_to_zero_is_refused_where_nothing_would_start_a_pod_again(api, cluster, put, scaler):
    keda = {"prometheus": "http://prometheus:9090", "query": "sum(astor_serving_answers_waited_for)"}
    with pytest.raises(UserError, match=f"{scaler}.*nothing starts a stopped pod again; leave --scale-to-zero out"):
        put(cluster, scale_to_zero=scaler, **keda)
    assert not api.objects


def test_with_keda_a_deployment_may_scale_to_zero(api, cluster, put):
    api.groups["keda.sh/v1alpha1"] = ["scaledobjects"]
    put(cluster, scale_to_zero="keda", prometheus="http://prometheus:9090", query="sum(waiting)")
    assert api.service("coder")["spec"]["predictor"]["minReplicas"] == 0


def test_a_cluster_that_is_away_is_named(tmp_path, monkeypatch, put):
    monkeypatch.setenv("KUBECONFIG", str(write_kubeconfig(tmp_path / "kubeconfig", "http://127.0.0.1:1")))
    with pytest.raises(AwayError, match=r"Kubernetes at http://127.0.0.1:1 does not answer .* check the kubeconfig"):
        put(Cluster())


def test_an_api_server_that_is_away_for_a_moment_is_waited_for(api, cluster, put):
    answer, looks = api.answer, []

    def restarts(method, path, body):
        if method == "GET" and path.endswith("/inferenceservices/coder"):
            looks.append(path)
            if len(looks) == 2:  # The first is before anything is applied.
                return 503, {"message": "the server is starting"}
        return answer(method, path, body)

    api.answer = restarts
    assert put(cluster, load_seconds=5).version == "coder/1"
    assert len(looks) > 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "There is no kubeconfig at .*, and this is no pod: set KUBECONFIG; `astor deploy --render`"),
        ("clusters: 3", "The kubeconfig .* cannot be used"),
        ("", "The kubeconfig .* cannot be used"),
        ("- no\n- config", "The kubeconfig .* cannot be used"),
        ("{", "The kubeconfig .* cannot be used"),
    ],
)
def test_without_a_kubeconfig_the_ways_are_told(tmp_path, monkeypatch, text, told):
    monkeypatch.setattr("kubernetes.config.kube_config.KUBE_CONFIG_DEFAULT_LOCATION", str(tmp_path / "none"))
    monkeypatch.delenv("KUBECONFIG", raising=False)
    if text is not None:
        (tmp_path / "config").write_text(text)
        monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))
    with pytest.raises(UserError, match=told):
        Cluster()


def test_the_namespace_is_that_of_the_kubeconfig_unless_another_is_named(api):
    assert (Cluster().namespace, Cluster("other").namespace) == ("models", "other")


def test_what_is_deployed_is_listed_with_what_fails(api, cluster, put, found, options):
    put(cluster, hostname="coder.example.com")
    api.gone.add("s3://models/2/policy")
    with pytest.raises(UserError):
        deploy(cluster, found(2), options(name="other"), lambda line: None)
    coder, other = list_deployments(cluster)
    assert (coder.name, coder.version, coder.digest, coder.state, coder.traffic) == (
        *("coder", "coder/1", f"{1:064x}"),
        *("serving", 100),
    )
    assert (coder.url, coder.hostname) == ("http://coder-models.example.com", "coder.example.com")
    assert (other.state, other.traffic) == ("failed", None)
    assert "No model found in s3://models/gone" in other.why


def test_undeployed_nothing_of_it_is_left(api, cluster, put):
    put(cluster, hostname="coder.example.com")
    gone = undeploy(cluster, "coder", canary=False)
    assert gone[:2] == ["coder-traffic", "coder"]
    assert not api.objects
    with pytest.raises(UserError, match="There is no deployment coder in models; there are: none"):
        undeploy(cluster, "coder", canary=False)


def test_a_runtime_that_another_deployment_uses_stays(api, cluster, put):
    put(cluster)
    put(cluster, name="other")
    assert undeploy(cluster, "coder", canary=False) == ["coder"]
    assert any(kind == "servingruntimes" for kind, _ in api.objects)
