"""A store that could not hold a run is told before anything is made for it."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from astor.errors import UserError
from astor.storage import try_store
from tests.conftest import forget_s3_client

LISTED = b'<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>false</IsTruncated></ListBucketResult>'


class Overwriting(BaseHTTPRequestHandler):
    """An S3 server of before there were conditional writes: it takes whatever it is given."""

    status = 200

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(self.status)
        self.send_header("ETag", '"1"')
        self.send_header("Content-Length", str(len(LISTED)))
        self.end_headers()
        self.wfile.write(LISTED)

    do_PUT, do_DELETE = do_GET, do_GET  # noqa: N815

    def log_message(self, format: str, *arguments: object) -> None:
        pass


class NoStore(Overwriting):
    """A web server that knows nothing of what it is asked."""

    status = 404


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator:
    servers = []

    def start(handler: type[BaseHTTPRequestHandler]) -> None:
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        forget_s3_client()

    yield start
    forget_s3_client()
    for server in servers:
        server.shutdown()
        server.server_close()


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


def test_a_bucket_that_overwrites_what_is_put_once(serve) -> None:
    serve(Overwriting)
    try_store("s3://bucket/prefix", writes=False)
    with pytest.raises(UserError, match="The store s3://bucket/prefix overwrites what may be written once"):
        try_store("s3://bucket/prefix", writes=True)


def test_a_web_server_is_no_empty_bucket(serve) -> None:
    serve(NoStore)
    with pytest.raises(UserError, match=r"S3 refused s3://bucket/prefix/ \(404\)"):
        try_store("s3://bucket/prefix", writes=False)
