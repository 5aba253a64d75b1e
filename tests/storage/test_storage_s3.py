"""S3 answers that are no answer become one sentence."""

import pytest

from astor.errors import UserError
from astor.storage import find
from astor.storage.s3 import S3Store
from tests.conftest import forget_s3_client


def test_a_wrong_secret_is_refused_with_the_way_out(s3_prefix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    forget_s3_client()
    with pytest.raises(UserError, match="AWS_SECRET_ACCESS_KEY"):
        find(f"{s3_prefix}/a")


def test_an_endpoint_that_is_not_there_is_named(s3_prefix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    forget_s3_client()
    with pytest.raises(UserError, match="AWS_ENDPOINT_URL_S3"):
        find(f"{s3_prefix}/a")


def test_keys_are_those_below_a_directory_and_not_those_beside_it(s3_prefix: str) -> None:
    bucket, _, prefix = s3_prefix.removeprefix("s3://").partition("/")
    store = S3Store(bucket, prefix)
    for key in ("a/one", "a/two", "ab/three"):
        assert store.create(key, b"")
    assert store.keys("a") == ["a/one", "a/two"]
    assert store.keys("") == ["a/one", "a/two", "ab/three"]
