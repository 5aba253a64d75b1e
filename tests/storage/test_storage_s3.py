"""S3 answers that are no answer become one sentence."""

import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from astor.errors import UserError
from astor.storage import find
from astor.storage.s3 import S3Store, wait_for_s3
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
    store.replace("a/one", b"four")
    entry = store.entries("a")["a/one"]
    assert entry.bytes == 4
    assert abs(entry.changed - time.time()) < 60


class Door:
    """A port before a real S3 server, which can be shut."""

    def __init__(self, endpoint: str) -> None:
        host, port = endpoint.removeprefix("http://").split(":")
        self.behind = host, int(port)
        self.listener: socket.socket | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def open(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", self.port), reuse_port=True)
        threading.Thread(target=self._serve, args=(self.listener,), daemon=True).start()

    def shut(self) -> None:
        assert self.listener is not None
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for each in self.through:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _serve(self, listener: socket.socket) -> None:
        self.through: list[socket.socket] = []
        with suppress(OSError):
            while True:
                here, _ = listener.accept()
                there = socket.create_connection(self.behind)
                self.through += [here, there]
                for one, other in ((here, there), (there, here)):
                    threading.Thread(target=self._copy, args=(one, other), daemon=True).start()

    def _copy(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(1 << 16):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)


@pytest.fixture
def door(s3_server: str, s3_prefix: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    door = Door(s3_server)
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{door.port}")
    forget_s3_client()
    door.open()
    yield door
    door.shut()


def test_an_endpoint_that_answered_is_waited_for_whatever_is_asked(
    door: Door, s3_prefix: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bucket, _, prefix = s3_prefix.removeprefix("s3://").partition("/")
    store = S3Store(bucket, prefix)
    (tmp_path / "draft").mkdir()
    (tmp_path / "draft" / "weights").write_bytes(b"weights")
    requests = [
        lambda: store.create("one", b"1"),
        lambda: store.read("one") == b"1",
        lambda: store.keys("") == ["one"],
        lambda: store.publish(tmp_path / "draft", "policy") is None,
        lambda: (store.fetch("policy", {"weights": "0"}) / "weights").read_bytes() == b"weights",
    ]
    assert store.keys("") == []
    for request in requests:
        door.shut()
        threading.Timer(1.0, door.open).start()
        with caplog.at_level(logging.WARNING, logger="astor"):
            assert request()
    assert len([entry for entry in caplog.records if "It is waited for" in entry.message]) == len(requests)


def test_a_task_of_a_run_waits_from_its_first_request_on(door: Door, s3_prefix: str) -> None:
    bucket, _, prefix = s3_prefix.removeprefix("s3://").partition("/")
    door.shut()
    with pytest.raises(UserError, match="AWS_ENDPOINT_URL_S3"):
        S3Store(bucket, prefix).keys("")
    wait_for_s3()
    threading.Timer(1.0, door.open).start()
    started = time.monotonic()
    assert S3Store(bucket, prefix).keys("") == []
    assert time.monotonic() - started > 0.5
