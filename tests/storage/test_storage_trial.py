"""A store that could not hold a run is told before anything is made for it."""

from pathlib import Path

import pytest

from astor.errors import UserError
from astor.storage import try_store
from tests.conftest import forget_s3_client
from tests.overwriting_s3 import Overwriting, serving


class NoStore(Overwriting):
    """A web server that knows nothing of what it is asked."""

    status = 404


@pytest.mark.parametrize("writes", [True, False])
def test_a_directory_is_left_as_it_was(tmp_path: Path, writes: bool) -> None:
    try_store(str(tmp_path / "store"), writes)
    assert not list(tmp_path.rglob("*.trial*"))
    assert (tmp_path / "store").exists() == writes


@pytest.mark.parametrize("writes", [True, False])
@pytest.mark.parametrize(("store", "reason"), [("file/store", "Not a directory"), ("/proc/store", ".*")])
def test_a_directory_that_cannot_be_written(tmp_path: Path, monkeypatch, store: str, reason: str, writes: bool) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    if store == "/proc/store" and not writes:
        pytest.skip("root may write it, as far as its mode says")
    with pytest.raises(UserError, match=rf"The store {store} cannot be written \({reason}\): give another --store"):
        try_store(store, writes)


@pytest.mark.parametrize("writes", [True, False])
def test_no_store_is_not_the_root_of_the_machine(writes: bool) -> None:
    with pytest.raises(UserError, match="No store is named: give a directory, or s3://bucket/prefix"):
        try_store("", writes)


@pytest.mark.parametrize("writes", [True, False])
def test_a_bucket_is_left_as_it_was(s3_prefix: str, writes: bool) -> None:
    try_store(s3_prefix, writes)


def test_a_bucket_that_is_not_there(s3_prefix: str) -> None:
    with pytest.raises(UserError, match="There is no bucket nowhere for s3://nowhere/prefix/"):
        try_store("s3://nowhere/prefix", writes=False)


def test_credentials_that_are_not_there(s3_prefix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    forget_s3_client()
    with pytest.raises(UserError, match=r"There are no credentials for s3://astor/.*: set AWS_ACCESS_KEY_ID"):
        try_store(s3_prefix, writes=False)


def test_a_bucket_that_overwrites_what_is_put_once() -> None:
    with serving(Overwriting):
        try_store("s3://bucket/prefix", writes=False)
        with pytest.raises(UserError, match="The store s3://bucket/prefix overwrites what may be written once"):
            try_store("s3://bucket/prefix", writes=True)


def test_a_web_server_is_no_empty_bucket() -> None:
    with serving(NoStore), pytest.raises(UserError, match=r"S3 refused s3://bucket/prefix/ \(404\)"):
        try_store("s3://bucket/prefix", writes=False)
