"""Who reads and writes what in the buckets, asked of a real S3 server with the policies of `k8s/storage`."""

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from astor import loop
from astor.recipe.load import load_recipe
from astor.run.run import Run
from tests.conftest import S3_USERS, forget_s3_client, s3_user

POLICIES = Path(__file__).parents[2] / "k8s" / "storage"
STORE, MLFLOW = "astor-store", "astor-mlflow"
REFERENCES = ("references/one/manifest.json", "team/references/one/attempt/references/part")
OTHERS = ("runs/one/rounds/00000/rollout", "cache/prompts/one/manifest.json", "team/runs/one/recipe")
MODELS = ("models/one/model.safetensors", "team/models/one/model.safetensors")


@pytest.fixture(scope="module")
def buckets(s3_server: str) -> str:
    """The endpoint of the server, on which both buckets have their policy and some objects."""
    owner = s3_user(s3_server, "tester")
    for bucket, policy in ((STORE, "store-policy.json"), (MLFLOW, "mlflow-policy.json")):
        owner.create_bucket(Bucket=bucket)
        owner.put_bucket_policy(Bucket=bucket, Policy=(POLICIES / policy).read_text())
        for key in (*REFERENCES, *OTHERS, *MODELS):
            owner.put_object(Bucket=bucket, Key=key, Body=b"of the owner")
    return s3_server


WAYS: dict[str, Callable[[Any, str, str], Any]] = {
    "read": lambda client, bucket, key: client.get_object(Bucket=bucket, Key=key),
    "look at": lambda client, bucket, key: client.head_object(Bucket=bucket, Key=key),
    "copy": lambda client, bucket, key: client.copy_object(
        Bucket=bucket, Key="runs/copy", CopySource={"Bucket": bucket, "Key": key}
    ),
    "write": lambda client, bucket, key: client.put_object(Bucket=bucket, Key=f"{key}.new", Body=b""),
    "write once": lambda client, bucket, key: client.put_object(
        Bucket=bucket, Key=f"{key}.{uuid.uuid4().hex}", Body=b"", IfNoneMatch="*"
    ),
    "write in parts": lambda client, bucket, key: client.create_multipart_upload(Bucket=bucket, Key=f"{key}.parts"),
    "remove": lambda client, bucket, key: client.delete_object(Bucket=bucket, Key=f"{key}.new"),
}
READS = {"read", "look at"}


def ways_of(endpoint: str, user: str, bucket: str, key: str) -> set[str]:
    """What the server lets a user do with a key; whatever else it answers 403 to."""
    client, allowed = s3_user(endpoint, user), set()
    for name, ask in WAYS.items():
        try:
            ask(client, bucket, key)
            allowed.add(name)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] != 403:
                raise
    return allowed


@pytest.mark.parametrize("key", REFERENCES)
def test_references_are_closed_to_all_but_those_who_verify(buckets: str, key: str) -> None:
    allowed = {user: ways_of(buckets, user, STORE, key) for user in S3_USERS}
    assert {user for user, ways in allowed.items() if ways} == {"astor-verify"}
    assert allowed["astor-verify"] == set(WAYS)


def test_many_are_not_removed_at_once_where_one_may_not_be(buckets: str) -> None:
    told = s3_user(buckets, "astor-steps").delete_objects(
        Bucket=STORE, Delete={"Objects": [{"Key": key} for key in REFERENCES]}
    )
    assert {error["Code"] for error in told["Errors"]} == {"AccessDenied"}
    assert s3_user(buckets, "astor-verify").get_object(Bucket=STORE, Key=REFERENCES[0])["Body"].read()


@pytest.mark.parametrize("key", OTHERS)
def test_steps_have_the_rest(buckets: str, key: str) -> None:
    allowed = {user: ways_of(buckets, user, STORE, key) for user in S3_USERS}
    assert {user for user, ways in allowed.items() if ways} == {"astor-steps", "astor-verify"}
    assert allowed["astor-steps"] == allowed["astor-verify"] == set(WAYS)


@pytest.mark.parametrize("key", MODELS)
def test_serving_reads_models_and_changes_none(buckets: str, key: str) -> None:
    assert ways_of(buckets, "astor-serving", STORE, key) == READS
    assert ways_of(buckets, "astor-mlflow", STORE, key) == set()


def test_only_mlflow_has_its_bucket(buckets: str) -> None:
    allowed = {user: ways_of(buckets, user, MLFLOW, OTHERS[0]) for user in S3_USERS}
    assert {user for user, ways in allowed.items() if ways} == {"astor-mlflow"}


@pytest.mark.parametrize("user", S3_USERS)
def test_nobody_changes_the_policy(buckets: str, user: str) -> None:
    client = s3_user(buckets, user)
    for change in (client.delete_bucket_policy, lambda **named: client.put_bucket_policy(**named, Policy="{}")):
        with pytest.raises(ClientError, match="AccessDenied"):
            change(Bucket=STORE)


VERIFY = ("prepare", "verify", "evaluate_turns")


@pytest.mark.slow
def test_a_run_opens_references_only_where_it_verifies(
    buckets: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", buckets)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "astor-steps")

    @contextmanager
    def verifying() -> Iterator[None]:
        with monkeypatch.context() as context:
            context.setenv("AWS_ACCESS_KEY_ID", "astor-verify")
            forget_s3_client()
            yield
        forget_s3_client()

    for name in VERIFY:
        step = getattr(loop, name)

        def verified(*arguments: Any, step: Callable[..., Any] = step, **named: Any) -> Any:
            with verifying():
                return step(*arguments, **named)

        monkeypatch.setattr(loop, name, verified)
    forget_s3_client()
    overrides = {"tracking.uri": f"sqlite:///{tmp_path}/mlflow.db", "rounds": 1}
    with Run(f"s3://{STORE}/{uuid.uuid4().hex}", load_recipe("miniature", overrides)) as run:
        assert loop.post_train(run)
    assert os.environ["AWS_ACCESS_KEY_ID"] == "astor-steps"
