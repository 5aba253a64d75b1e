"""A version is deployed when its endpoint tells its digest; where that fails the old one serves on."""

import pytest

from astor.deploy.deploy import deploy
from astor.errors import UserError


@pytest.fixture
def said():
    return []


@pytest.fixture
def put(cluster, found, options, said):
    """Deploys the version of a number."""
    return lambda number, **given: deploy(cluster, found(number), options(**given), said.append)


def test_a_version_serves_and_another_takes_its_place(api, put, said):
    first = put(1)
    assert (first.version, first.before, first.url) == ("coder/1", "", "http://coder-models.example.com")
    second = put(2)
    assert (second.version, second.before) == ("coder/2", "coder/1")
    assert api.pods["coder"]["model"]["storageUri"] == "s3://models/2/policy"
    assert said[-1] == f"coder: coder/2 is asked for in models, {f'{2:064x}'[:12]}"
    (runtime,) = [name for kind, name in api.objects if kind == "servingruntimes"]
    assert api.service("coder")["spec"]["predictor"]["model"]["runtime"] == runtime


def test_deploying_again_what_serves_changes_nothing(api, put):
    put(1)
    generation = api.service("coder")["metadata"]["generation"]
    assert put(1).before == "coder/1"
    assert api.service("coder")["metadata"]["generation"] == generation


def test_what_others_noted_on_the_service_stays(api, put):
    put(1, storage_secret="s3")
    annotations = api.service("coder")["metadata"]["annotations"]
    annotations["team"] = "blue"
    put(2)
    annotations = api.service("coder")["metadata"]["annotations"]
    assert annotations["team"] == "blue"
    assert "serving.kserve.io/storageSecretName" not in annotations


def test_where_files_are_missing_kserve_is_quoted_and_the_old_one_serves_on(api, put):
    put(1)
    api.gone.add("s3://models/2/policy")
    with pytest.raises(UserError) as refused:
        put(2)
    assert "coder/2 does not serve as coder (KServe says: ModelLoadFailed: exit code 1: Traceback" in str(refused.value)
    assert "No model found in s3://models/gone): coder/1 serves on." in str(refused.value)
    assert api.service("coder")["metadata"]["annotations"]["astor-rl/version"] == "coder/1"
    assert api.pods["coder"]["model"]["storageUri"] == "s3://models/1/policy"


def test_while_it_fails_ready_stays_true_and_is_not_believed(api, put):
    put(1)
    api.gone.add("s3://models/2/policy")
    seen = []
    control = api._control

    def watched(name, service):
        control(name, service)
        states = service["status"]["modelStatus"]["states"]
        seen.append((service["status"]["conditions"][0]["status"], states["targetModelState"]))

    api._control = watched
    with pytest.raises(UserError, match="coder/1 serves on"):
        put(2)
    assert ("True", "FailedToLoad") in seen


def test_where_nothing_served_before_what_failed_is_left_to_be_looked_at(api, put):
    api.gone.add("s3://models/1/policy")
    with pytest.raises(UserError, match=r"nothing served before it, .* `astor undeploy coder` removes it"):
        put(1)
    assert "coder" not in api.pods
    assert api.service("coder")


def test_what_is_never_loaded_is_given_up_in_time(api, put):
    put(1)
    api.never.add("s3://models/2/policy")
    with pytest.raises(
        UserError, match=r"it was not loaded in 0.25 s; KServe has said nothing of it\): coder/1 serves"
    ):
        put(2, load_seconds=0.25)


def test_pods_that_answer_as_another_policy_are_not_believed(api, put):
    put(1)
    control = api._control

    def keeps_the_old_pods(name, service):
        pods = dict(api.pods)
        control(name, service)
        api.pods = pods

    api._control = keeps_the_old_pods
    with pytest.raises(UserError, match=r"it is loaded, and after 0.15 s the endpoint serves coder, 0+, not 0+"):
        put(2, smoke_seconds=0.15)


def test_a_model_that_answers_no_probe_is_not_deployed(api, put):
    api.mute = True
    with pytest.raises(UserError, match="the endpoint has no answer to the probe 'def add"):
        put(1, smoke_seconds=0.15)


def test_a_state_of_what_was_asked_before_is_not_believed(api, put):
    api.gone.add("s3://models/1/policy")
    with pytest.raises(UserError, match="ModelLoadFailed"):
        put(1)
    api.slow = 8  # The failure of version 1 stands for longer than failures have to.
    control = api._control

    def lags(name, service):
        before = service.get("status")
        control(name, service)
        if before and api._looks[name] < 6:
            service["status"] = before

    api._control = lags
    assert put(2).version == "coder/2"


def test_two_at_once_are_told_of_each_other(api, put, cluster, monkeypatch):
    put(1)
    replace = type(cluster).replace

    def second(self, manifest):
        api.service("coder")["metadata"]["resourceVersion"] = "later"
        return replace(self, manifest)

    monkeypatch.setattr(type(cluster), "replace", second)
    with pytest.raises(UserError, match="the object has been modified; somebody else deploys the same"):
        put(2)


def test_what_somebody_else_changed_meanwhile_is_not_put_back(api, put):
    put(1)
    api.gone.add("s3://models/2/policy")
    control = api._control

    def meddles(name, service):
        control(name, service)
        if service["status"]["modelStatus"]["transitionStatus"] == "BlockedByFailedLoad":
            service["metadata"]["generation"] = service["status"]["observedGeneration"] = 9

    api._control = meddles
    with pytest.raises(UserError, match="somebody else has changed it meanwhile"):
        put(2)
    assert api.service("coder")["metadata"]["annotations"]["astor-rl/version"] == "coder/2"


def test_what_others_deployed_is_left_alone(api, put):
    put(1)
    api.service("coder")["metadata"]["labels"] = {}
    with pytest.raises(UserError, match="InferenceService coder in models was not made by astor deploy"):
        put(2)
