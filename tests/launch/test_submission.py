"""Submissions: uploaded once, found again, stopped."""

import pytest
from kfp_server import KfpServer
from where_runs_go import Cluster

from astor.errors import UserError
from astor.launch.connection import Kfp
from astor.launch.submission import latest, stop, submit, version_name
from astor.launch.submitted import find_submission, submissions


def test_a_submission_is_found_alone_in_its_run_and_stopped(cluster: Cluster) -> None:
    kfp, recipe = cluster.connect(), cluster.recipe()
    made = submit(kfp, recipe, cluster.store)
    assert made.is_live
    assert made.name == f"{cluster.name}-{recipe.identity[:12]}"
    assert find_submission(kfp, made.run_id).recipe == recipe
    assert find_submission(kfp, made.name).run_id == made.run_id
    assert latest(kfp, recipe, cluster.store).run_id == made.run_id
    assert latest(kfp, recipe, "s3://another/store") is None
    assert made.run_id in {one.run_id for one in submissions(kfp)}
    with pytest.raises(UserError, match=rf"is being computed by {made.run_id}.*astor stop"):
        submit(kfp, recipe, cluster.store)
    stop(kfp, made)
    assert cluster.wait_until_ended(made.run_id) == "CANCELED"
    with pytest.raises(UserError, match=r"has ended, as canceled"):
        stop(kfp, find_submission(kfp, made.run_id))


def test_a_version_is_uploaded_once_and_never_replaced(cluster: Cluster) -> None:
    kfp = cluster.connect()
    stop(kfp, submit(kfp, cluster.recipe(), cluster.store))
    stop(kfp, submit(kfp, cluster.recipe(seed=7), cluster.store))  # a parameter, in the version of the first
    larger = cluster.recipe(**{"seed": 8, "cluster.pools.core.memory": "3Gi"})
    with pytest.raises(UserError, match=rf"a version {version_name(larger)} of another digest.*--version-name"):
        submit(kfp, larger, cluster.store)
    stop(kfp, submit(kfp, larger, cluster.store, version=f"{cluster.name}-larger"))
    if cluster.server:
        assert {one.display_name for one in cluster.server.versions.values()} == {
            version_name(larger),
            f"{cluster.name}-larger",
        }
        assert len(cluster.server.experiments) == len(cluster.server.pipelines) == 1


def test_a_clone_by_another_name_is_the_same_run(server: KfpServer) -> None:
    cluster = Cluster(server.url, server=server)
    kfp, run_id = cluster.connect(), cluster.add_run()
    server.runs[run_id].display_name = "Clone of something"
    with pytest.raises(UserError, match=rf"is being computed by {run_id}"):
        submit(kfp, cluster.recipe(), cluster.store)
    assert not find_submission(kfp, run_id).computes(cluster.add_run(), "s3://another/store")


def test_a_collection_is_no_run_to_list_or_to_go_on_with(server: KfpServer) -> None:
    cluster = Cluster(server.url, server=server)
    parameters = {"recipe": "cobalt", "overrides": {}, "store": cluster.store, "trajectories": 16, "turns": 3}
    collection = server.add_run("collection 1", parameters)
    assert [one.run_id for one in submissions(cluster.connect())] == []
    with pytest.raises(UserError, match=r"\(collection 1\) is of another pipeline"):
        find_submission(cluster.connect(), collection)


def test_a_run_without_a_store_is_in_nobodys_way(server: KfpServer) -> None:
    cluster = Cluster(server.url, server=server)
    server.add_run("started without one", {"recipe": "miniature", "overrides": {}, "store": None})
    assert latest(cluster.connect(), cluster.recipe(), cluster.store) is None


@pytest.mark.parametrize("named", ["miniature-000000000000", "00000000-0000-4000-8000-000000000000"])
def test_a_run_that_is_not_there_is_told(cluster: Cluster, named: str) -> None:
    with pytest.raises(UserError, match=rf"has no run (called )?{named}: astor runs --on cluster"):
        find_submission(cluster.connect(), named)


def test_a_run_of_another_namespace_is_told() -> None:
    with KfpServer(teams=("team-a", "team-b")) as server:
        cluster = Cluster(server.url, server=server)
        with pytest.raises(UserError, match=r"a namespace for each team: name yours by --namespace"):
            Kfp(server.url, None)
        made = submit(Kfp(server.url, "team-a"), cluster.recipe(), cluster.store)
        assert find_submission(Kfp(server.url, "team-a"), made.run_id).run_id == made.run_id
        with pytest.raises(UserError, match=r"is in the namespace team-a, not team-b: give --namespace team-a"):
            find_submission(Kfp(server.url, "team-b"), made.run_id)
        with pytest.raises(UserError, match=r"refuses this token in the namespace team-c \(403\)"):
            submit(Kfp(server.url, "team-c"), cluster.recipe(), cluster.store)
