"""Going on with a run: by the pipeline that it was started from, or by another where that one is drawn otherwise."""

from typing import Any

import pytest
from kfp_server import KfpServer
from where_runs_go import Cluster

from astor.errors import UserError
from astor.launch.connection import Kfp
from astor.launch.resumption import resume
from astor.launch.submission import submit
from astor.launch.submitted import Submission, find_submission


@pytest.fixture
def on_server(server: KfpServer, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    monkeypatch.setenv("KUBECONFIG", "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return Cluster(server.url, server=server)


def ended(kfp: Kfp, cluster: Cluster, run_id: str) -> Submission:
    assert cluster.server
    cluster.server.end(run_id, "FAILED")
    return find_submission(kfp, run_id)


def secrets_of(cluster: Cluster, version: str) -> set[str]:
    """Of all tasks of a pipeline's version."""
    assert cluster.server
    platform = cluster.server.versions[version].pipeline_spec["platform_spec"]["platforms"]["kubernetes"]
    executors = platform["deploymentSpec"]["executors"].values()
    return {secret["secretName"] for each in executors for secret in each.get("secretAsEnv", [])}


def test_a_run_goes_on_as_itself_and_no_shorter_than_it_was(on_server: Cluster) -> None:
    kfp, run_id = on_server.connect(), on_server.add_run()
    with pytest.raises(UserError, match=r"still goes on: astor stop"):
        resume(kfp, find_submission(kfp, run_id), {})
    before = ended(kfp, on_server, run_id)
    with pytest.raises(UserError, match=r"rounds is 2, and .* was to have 4: give as many or more"):
        resume(kfp, before, {"rounds": 2})
    with pytest.raises(UserError, match=r"seed would make another run"):
        resume(kfp, before, {"seed": 3})
    assert on_server.server
    assert len(on_server.server.runs) == 1


def test_a_run_of_kfps_form_goes_on_by_the_pipeline_that_it_was_started_from(on_server: Cluster) -> None:
    kfp, server = on_server.connect(), on_server.server
    assert server
    before = ended(kfp, on_server, on_server.start_in_form("miniature", seed=5))
    after = resume(kfp, before, {})
    old, new = server.runs[before.run_id], server.runs[after.run_id]
    assert new.pipeline_version_reference == old.pipeline_version_reference
    assert new.runtime_config == old.runtime_config
    assert (new.experiment_id, new.service_account) == (old.experiment_id, old.service_account)
    assert after.recipe == before.recipe
    assert after.name.startswith("miniature-"), "as the run's directory, whatever the form had"
    assert secrets_of(on_server, new.pipeline_version_reference.pipeline_version_id) == {"store"}
    with pytest.raises(UserError, match=rf"is being computed by {after.run_id}"):
        resume(kfp, before, {})


def test_what_draws_no_graph_changes_without_another_pipeline(on_server: Cluster) -> None:
    kfp, server = on_server.connect(), on_server.server
    assert server
    before = ended(kfp, on_server, on_server.start_in_form("miniature", seed=5))
    after = resume(kfp, before, {"tracking.uri": "http://other:5000", "threads": 2})
    assert len(server.versions) == 1
    assert after.parameters["recipe"] == "miniature"
    assert (after.recipe.seed, after.recipe.threads, after.recipe.tracking.uri) == (5, 2, "http://other:5000")
    server.end(after.run_id, "FAILED")
    with pytest.raises(UserError, match=r"password"):
        resume(kfp, before, {"tracking.uri": "http://me:secret@other:5000"})


LOST = r"stand in its old one alone: submit its recipe with a section cluster by astor run --on cluster"


@pytest.mark.parametrize("recipe", ["miniature", "qwen2.5-coder-7b"], ids=["no section", "a section without an image"])
@pytest.mark.parametrize("changed", [{"rounds": 800}, {"cluster.pools.core.image": "registry.example/astor:2"}])
def test_images_and_secrets_that_stand_in_a_pipeline_alone_are_not_left_out(
    on_server: Cluster, recipe: str, changed: dict[str, Any]
) -> None:
    kfp, server = on_server.connect(), on_server.server
    assert server
    before = ended(kfp, on_server, on_server.start_in_form(recipe))
    with pytest.raises(UserError, match=rf"{next(iter(changed))} needs another pipeline, .*{LOST}"):
        resume(kfp, before, changed)
    assert (len(server.versions), len(server.runs)) == (1, 1)


def test_the_whole_section_makes_another_pipeline(on_server: Cluster) -> None:
    kfp, server = on_server.connect(), on_server.server
    assert server
    before = ended(kfp, on_server, on_server.start_in_form("miniature"))
    section = {"pools": {"core": {"image": "registry.example/astor:2"}}, "secrets": {"store": "another"}}
    after = resume(kfp, before, {"rounds": 6, "cluster": section})
    assert after.recipe.rounds == 6
    assert secrets_of(on_server, server.runs[after.run_id].pipeline_version_reference.pipeline_version_id) == {
        "another"
    }


def test_a_submitted_run_keeps_its_version_until_its_graph_changes(cluster: Cluster) -> None:
    kfp = cluster.connect()

    def version(of: Submission) -> str:
        run: Any = kfp.ask(kfp.runs.run_service_get_run, of.run_id)
        kfp.ask(kfp.runs.run_service_terminate_run, of.run_id)
        cluster.wait_until_ended(of.run_id)
        return str(run.pipeline_version_reference.pipeline_version_id)

    made = submit(kfp, cluster.recipe(), cluster.store)
    first = version(made)
    again = resume(kfp, find_submission(kfp, made.run_id), {})
    assert again.name == made.name
    assert version(again) == first
    larger = resume(kfp, find_submission(kfp, made.run_id), {"cluster.pools.core.memory": "3Gi"}, f"{cluster.name}-2")
    assert larger.name == made.name
    assert version(larger) != first
    named = resume(kfp, find_submission(kfp, made.run_id), {}, f"{cluster.name}-3")
    assert version(named) != first, "a version of that name was asked for"


def test_a_pipeline_that_is_gone_is_told(on_server: Cluster) -> None:
    kfp, server = on_server.connect(), on_server.server
    assert server
    before = ended(kfp, on_server, on_server.start_in_form("miniature"))
    server.versions.clear()
    with pytest.raises(UserError, match=r"The pipeline's version that .* was started from is gone"):
        resume(kfp, before, {})
