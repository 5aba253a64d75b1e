"""A version is deployed from the files that were registered, in a real bucket, or the sentence says why not."""

import json

import pytest

from astor.deploy.found import Base, find
from astor.errors import UserError
from astor.policies.card import write_card
from astor.records import PolicyCard
from astor.registry.claims import Claims
from astor.registry.models import Registered, register
from astor.steps.choose_version import choose_version
from astor.storage import Attempt, PolicyRef, committed, locate
from tests.registry.test_models import decide


@pytest.fixture
def put():
    """Keeps a policy of these files below a prefix; the version that it is registered as, and its ref."""

    def make(prefix, **files):
        with Attempt(f"{prefix}/models/{len(files)}") as attempt:
            directory = attempt.part("policy", "Policy/1")
            for name, text in {"config.json": "{}", "model.safetensors": "weights", **files}.items():
                (directory / name).write_text(text)
            write_card(directory, PolicyCard(digest="d", origin="d", round=0, recipe_digest="r"))
            artifact = attempt.commit()
        digest = artifact.manifest.parts["policy"].digest
        policy = PolicyRef(digest, digest, artifact.ref)
        return Registered("coder", "1", "champion", policy, policy_uri(policy)), policy

    return make


def policy_uri(policy):
    return f"{policy.committed.uri}/{committed(policy.committed.uri).manifest.attempt}/policy"


def test_a_version_is_found_where_kserve_reads_it(put, s3_prefix):
    version, policy = put(s3_prefix)
    assert find(version) == ("coder/1", policy.digest, policy_uri(policy), None)


def test_an_adapter_is_found_with_its_base(put, s3_prefix):
    _, base = put(s3_prefix)
    with Attempt(f"{s3_prefix}/adapter") as attempt:
        directory = attempt.part("policy", "Policy/1")
        (directory / "adapter_config.json").write_text(json.dumps({"r": 8}))
        (directory / "adapter_model.safetensors").write_text("weights")
        write_card(directory, PolicyCard(digest="a", origin="a", round=1, recipe_digest="r", kind="adapter", base=base))
        artifact = attempt.commit()
    adapter = PolicyRef(artifact.manifest.parts["policy"].digest, "a+1", artifact.ref)
    version, _ = put(s3_prefix, one="1")
    found = find(version._replace(policy=adapter, source=policy_uri(adapter)))
    assert found.base == Base(base.digest, policy_uri(base), rank=8)


@pytest.mark.parametrize(
    ("breaks", "told"),
    [
        (
            lambda files: [name for name in files if name.endswith("model.safetensors")],
            "model.safetensors is gone from",
        ),
        (lambda files: [name for name in files if name.endswith("manifest.json")], "Nothing was committed at s3://"),
    ],
)
def test_where_files_are_gone_the_version_and_the_way_out_are_named(put, s3_prefix, breaks, told):
    version, policy = put(s3_prefix)
    store, key = locate(policy.committed.uri)
    for name in breaks(store.keys(key)):
        store.remove(name)
    with pytest.raises(UserError) as refused:
        find(version)
    assert told in str(refused.value)
    assert str(refused.value).startswith("coder, version 1, which has the alias champion, cannot be deployed (")
    assert str(refused.value).endswith("bring its files back, or give the alias to another version.")


def test_files_of_another_policy_are_refused(put, s3_prefix):
    version, _ = put(s3_prefix)
    _, other = put(s3_prefix, one="1")
    swapped = version._replace(policy=PolicyRef(version.policy.digest, "", other.artifact))
    with pytest.raises(UserError, match=rf"holds the policy {other.digest[:12]}, not {version.policy.digest[:12]}"):
        find(swapped)
    store, key = locate(version.policy.committed.uri)
    (config,) = [name for name in store.keys(key) if name.endswith("config.json")]
    store.replace(config, b"[]")
    with pytest.raises(UserError, match=r"is damaged \(config.json is not what"):
        find(version)


def test_what_kserve_cannot_read_is_refused_with_the_way_out(put, tmp_path):
    version, policy = put(tmp_path / "store")
    with pytest.raises(UserError) as refused:
        find(version)
    assert f"lies at {version.source}, and KServe reads s3:// and pvc:// alone: run with --store s3://" in str(
        refused.value
    )
    place = "pvc://claim/models/1"
    assert find(version, place) == ("coder/1", policy.digest, place, None), "the same files on a volume"


def test_a_version_is_chosen_once_and_may_become_champion(put, empty_database, tmp_path):
    database, store = tmp_path / "mlflow.db", str(tmp_path / "store")
    database.write_bytes(empty_database.read_bytes())
    mlflow_uri = f"sqlite:///{database}"
    for promoted, files in ((True, {}), (False, {"one": "1"})):
        _, policy = put(store, **files)
        decision = decide(policy.digest, promoted=promoted)
        register(mlflow_uri, "coder", policy, "0" * 32, decision, {}, Claims(store, "coder"))
    for model, make_champion, told in (
        ("coder/1", False, "It is champion."),
        ("coder/2", False, "Champion is coder/1."),
        ("coder/2", True, "It became champion, in place of coder/1."),
        ("coder/2", True, "It is champion."),
    ):
        assert choose_version(mlflow_uri, store, model, "champion", make_champion) == (model, told)
    assert choose_version(mlflow_uri, store, "", "champion", make_champion=False).version == "coder/2"
