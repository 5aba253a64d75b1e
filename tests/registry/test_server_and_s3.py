"""Promotion and rollback as a team has them: a real MLflow server, and a store on a real S3 server."""

from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest
from test_models import decide

from astor.errors import UserError
from astor.registry.choose import OPTION, choose
from astor.registry.claims import Claims
from astor.registry.connection import connect
from astor.registry.models import register
from astor.registry.tracking import Tracker
from astor.registry.versions import list_versions, promote, rollback
from astor.registry.weights import find_policy
from astor.storage import Attempt, PolicyRef, locate, remove

pytestmark = pytest.mark.slow


@pytest.fixture
def keep_on_s3(s3_prefix, tmp_path):
    """Keeps a policy in the store on S3, as `promote` does, by its digest; its ref."""

    def make(text):
        with Attempt(str(tmp_path / f"draft-{text}")) as attempt:
            (attempt.part("policy", "Policy/1") / "config.json").write_text(text)
            digest = attempt.commit().manifest.parts["policy"].digest
        with Attempt(f"{s3_prefix}/models/{digest[:16]}") as attempt:
            (attempt.part("policy", "Policy/1") / "config.json").write_text(text)
            return PolicyRef(digest, "first+9", attempt.commit().ref)

    return make


def put(server, root, policy, against, promoted=True, model="team"):
    """As a run's end registers its candidate."""
    run_id = Tracker(server, "astor", f"run-{policy.digest[:6]}", "d" * 64).run_id
    decision = decide(policy.digest, against, promoted)
    return register(server, model, policy, run_id, decision, {"astor.run": "run"}, Claims(root, model))


def aliases(server, model="team"):
    return dict(connect(server).get_registered_model(model).aliases)


def test_promotions_and_rollbacks_over_a_server_and_s3(server, s3_prefix, keep_on_s3):
    first, second, refused = map(keep_on_s3, "abc")
    assert put(server, s3_prefix, first, "none").alias == "champion"
    assert put(server, s3_prefix, second, first.digest).alias == "champion"
    assert put(server, s3_prefix, second, first.digest) == ("team", "2", "champion"), "whoever repeats it"
    assert put(server, s3_prefix, refused, second.digest, promoted=False) == ("team", "3", "challenger")
    version = connect(server).get_model_version("team", "2")
    assert version.source.startswith(f"{s3_prefix}/models/{second.digest[:16]}/")
    bucket, _, key = version.source.removeprefix("s3://").partition("/")
    listed = boto3.client("s3").list_objects_v2(Bucket=bucket, Prefix=key)["Contents"]
    assert [entry["Key"].removeprefix(f"{key}/") for entry in listed] == ["config.json"], "what a model server reads"
    assert version.tags["astor.previous_champion"] == "1"

    champion = choose(server, "team", None, None, OPTION)
    assert find_policy(server, champion, s3_prefix).digest == second.digest
    assert rollback(server, s3_prefix, "team") == ("1", "2")
    assert aliases(server) == {"champion": "1", "challenger": "3"}
    assert promote(server, s3_prefix, choose(server, "team/3", None, None, OPTION)) == "1"
    with pytest.raises(UserError, match="version 3, is champion already"):
        promote(server, s3_prefix, choose(server, "team/3", None, None, OPTION))
    assert rollback(server, s3_prefix, "team") == ("1", "3")
    with pytest.raises(UserError, match="none was champion before it"):
        rollback(server, s3_prefix, "team")
    assert [(one.version, one.gate) for one in list_versions(server, "team")] == [
        ("3", "refused"),
        ("2", "promoted"),
        ("1", "promoted"),
    ]
    store, prefix = locate(f"{s3_prefix}/champions/team")
    assert len(store.keys(prefix)) == 5, "each change of champion is one claim, and a repeat makes none"


def test_of_two_that_are_promoted_at_once_one_is_and_the_other_is_told(server, s3_prefix, keep_on_s3):
    champion, *racing = map(keep_on_s3, ["champion", *"ghijkl"])
    put(server, s3_prefix, champion, "none", model="race")
    with ThreadPoolExecutor(len(racing)) as together:
        ended = list(together.map(lambda one: put(server, s3_prefix, one, champion.digest, model="race"), racing))
    (won,) = [one for one in ended if one.alias == "champion"]
    assert aliases(server, "race")["champion"] == won.version
    assert connect(server).get_model_version("race", won.version).tags["astor.previous_champion"] == "1"
    assert {one.version for one in ended} == set("234567")


def test_weights_that_are_gone_or_others_are_told_and_move_no_alias(server, s3_prefix, keep_on_s3):
    kept, gone = keep_on_s3("m"), keep_on_s3("n")
    put(server, s3_prefix, kept, "none", model="lost")
    put(server, s3_prefix, gone, kept.digest, promoted=False, model="lost")
    remove(gone.artifact.uri)
    version = choose(server, "lost/2", None, None, OPTION)
    with pytest.raises(UserError, match=r"lost, version 2, cannot be read \(nothing is left at s3://"):
        find_policy(server, version, s3_prefix)
    with Attempt(gone.artifact.uri) as attempt:
        (attempt.part("policy", "Policy/1") / "config.json").write_text("another")
        attempt.commit()
    with pytest.raises(UserError, match=f"holds another policy than {gone.digest[:12]}"):
        find_policy(server, version, s3_prefix)
    assert aliases(server, "lost") == {"champion": "1", "challenger": "2"}
