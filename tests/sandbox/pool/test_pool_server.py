"""A server of the pool, met over HTTP: what it refuses, what it tells of itself, and how it ends."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from child_processes import children
from pool_server import COMMAND, serving
from restricted_pod import in_pod

from astor.sandbox.pool.options import ServerOptions
from astor.sandbox.pool.server import describe

TOKEN = "a token of the tests"
QUICK = {"type": "calls", "program": "def f(x): return x", "entry": "f", "arguments": [[1]]}
STDIN = {"type": "stdin", "program": "print(1)", "inputs": [""]}
LASTING = {**QUICK, "program": "import time\ndef f(x): time.sleep(60)"}


@pytest.fixture(scope="module")
def server() -> Iterator[httpx.Client]:
    flags = ("--workers", "1", "--max-queue", "8", "--max-jobs", "6", "--max-body-mb", "1")
    with (
        serving(*flags, token=TOKEN) as (url, _),
        httpx.Client(base_url=url, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=60) as client,
    ):
        yield client


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline, "it does not come to pass"
        time.sleep(0.01)


def waiting(server: httpx.Client) -> int:
    return server.get("/ready").json()["waiting"]


def batch(*jobs: dict, **limits: float) -> dict:
    return {"jobs": jobs, "limits": limits}


def test_each_job_has_its_line(server: httpx.Client) -> None:
    answer = server.post("/v1/jobs", json=batch(QUICK, {**QUICK, "entry": "g"}))
    assert answer.headers["content-type"].startswith("application/jsonl")
    lines = sorted((json.loads(line) for line in answer.text.splitlines() if line), key=lambda line: line["index"])
    assert [(line["index"], line["outcome"]) for line in lines] == [(0, "passed"), (1, "malformed")]
    assert lines[0]["claims"] == [{"kind": "value", "value": 1}]


@pytest.mark.parametrize("job", [{**STDIN, "inputs": []}, {"type": "parse", "parser": "literal", "texts": []}])
def test_a_job_with_nothing_to_do_is_done(server: httpx.Client, job: dict) -> None:
    (line,) = server.post("/v1/jobs", json=batch(job)).text.splitlines()
    assert (json.loads(line)["outcome"], json.loads(line)["claims"]) == ("passed", [])


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        (b"{", 422, "JSON decode error"),
        (b'{"jobs": [' + b"[" * 100_000, 400, ""),
        (b'{"jobs": [{"type": "sums"}]}', 422, "jobs.0: Input tag 'sums'"),
        (b'{"jobs": [{"type": "parse", "parser": "sums", "texts": []}]}', 422, "There is no parser 'sums'"),
        (json.dumps(batch({**STDIN, "inputs": ["ok", {"text": "7aCA"}]})).encode(), 422, "can't be written as UTF-8"),
        (json.dumps(batch({**QUICK, "expected": 1})).encode(), 422, "jobs.0.calls.expected: Extra inputs"),
        (json.dumps(batch({**QUICK, "arguments": [[{"what": 1}]]})).encode(), 422, "unknown tag 'what'"),
        (json.dumps(batch(QUICK, cpu_seconds=1e9)).encode(), 422, "limits.cpu_seconds is 1000000000.0"),
        (json.dumps(batch(QUICK, cpu_seconds=1e-300)).encode(), 422, "limits.cpu_seconds: Input should be greater"),
        (json.dumps(batch(QUICK, wall_seconds=0.01)).encode(), 422, "limits.wall_seconds: Input should be greater"),
        (
            json.dumps(batch({**STDIN, "inputs": [""] * 1025})).encode(),
            422,
            "jobs.0 has 1025 inputs: this server takes",
        ),
        (json.dumps(batch({**QUICK, "arguments": [[]] * 20_000})).encode(), 422, "jobs.0 has 20000 arguments"),
        (b'{"jobs": [%s]}' % b",".join([b"0"] * 400_000), 413, "The batch has 400000 jobs: send 6 at most."),
        (b'{"jobs": [{%s}]}' % b",".join(b'"%d":0' % n for n in range(50_000)), 422, "has 50000 fields"),
        (json.dumps(batch({**STDIN, "inputs": [0] * 200_000})).encode(), 422, "jobs.0.stdin.inputs.0: "),
        (json.dumps(batch({**QUICK, "arguments": [[{}] * 200_000]})).encode(), 422, "jobs.0.calls.arguments.0.0: "),
        (json.dumps(batch(*[QUICK] * 7)).encode(), 413, "The batch has 7 jobs: send 6 at most."),
        (json.dumps(batch({**QUICK, "program": "x" * (1 << 20)})).encode(), 413, "larger than 1 MiB"),
    ],
)
def test_what_cannot_be_run_is_refused(server: httpx.Client, body: bytes, status: int, told: str) -> None:
    answer = server.post("/v1/jobs", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert told in answer.json()["detail"]


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer another", f"Basic {TOKEN}", "Bearer \xe9"])
def test_without_the_token_nothing_runs(server: httpx.Client, header: str | None) -> None:
    headers = [] if header is None else [(b"Authorization", header.encode("latin-1"))]
    answer = httpx.post(server.base_url.join("/v1/jobs"), json=batch(QUICK), headers=headers)
    assert answer.status_code == 401


def test_a_full_queue_is_told_and_a_client_that_leaves_empties_it(server: httpx.Client) -> None:
    lasting = batch(*[LASTING] * 5, wall_seconds=0.5)
    with server.stream("POST", "/v1/jobs", json=lasting) as answer, server.stream("POST", "/v1/jobs", json=lasting):
        assert answer.status_code == 200
        refused = server.post("/v1/jobs", json=batch(*[QUICK] * 6))
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    until(lambda: waiting(server) == 0)
    assert server.get("/ready").status_code == 200
    assert server.post("/v1/jobs", json=batch(QUICK)).status_code == 200


def test_a_small_batch_does_not_wait_for_a_large_one(server: httpx.Client) -> None:
    slow = {**QUICK, "program": "import time\ndef f(x): time.sleep(0.3)"}
    with server.stream("POST", "/v1/jobs", json=batch(*[slow] * 6)) as large:
        until(lambda: 0 < waiting(server) < 6)
        assert server.post("/v1/jobs", json=batch(QUICK)).status_code == 200
        assert waiting(server) > 0
        assert len(large.read().split()) == 6


def test_who_holds_connections_and_asks_nothing_keeps_nobody_out() -> None:
    few = ["sh", "-c", 'ulimit -n 200 && exec "$@"', "sh"]
    with serving("--workers", "1", within=few) as (url, process), ExitStack() as stack:
        address = httpx.URL(url).host, httpx.URL(url).port or 0
        for half in (b"", b"POST /v1/jobs HTTP/1.1\r\n"):
            for _ in range(150):
                stack.enter_context(socket.create_connection(address)).sendall(half)
            answer = httpx.post(f"{url}/v1/jobs", json=batch(*[QUICK] * 3), timeout=60)
            assert [json.loads(line)["outcome"] for line in answer.text.splitlines() if line] == ["passed"] * 3
        assert process.poll() is None


def test_it_tells_of_itself(server: httpx.Client) -> None:
    assert server.get("/health").json() == {"status": "ok"}
    ready = server.get("/ready").json()
    assert ready["ready"]
    assert {"Landlock", "seccomp"} <= {layer["name"] for layer in ready["layers"]}
    metrics = server.get("/metrics").text
    assert 'astor_sandbox_jobs_total{outcome="passed"}' in metrics
    assert 'astor_sandbox_batches_total{status="401"}' in metrics
    assert "astor_sandbox_queue_length 0.0" in metrics
    assert "astor_sandbox_restarts" in metrics


def test_its_interface_is_described_whole_and_has_no_room_for_an_answer(server: httpx.Client) -> None:
    described = json.loads(describe(ServerOptions()))
    served = server.get("/openapi.json").json()
    assert served["paths"] == described["paths"]
    assert set(described["paths"]) == {"/v1/jobs", "/health", "/ready", "/metrics"}
    answers = described["paths"]["/v1/jobs"]["post"]["responses"]
    assert answers["200"]["content"] == {"application/jsonl": {"schema": {"$ref": "#/components/schemas/Line"}}}
    assert answers["429"]["content"] == {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}
    assert set(answers) == {"200", "400", "401", "408", "413", "422", "429", "503"}
    schemas = described["components"]["schemas"]
    assert {
        "Batch",
        "Calls",
        "Check",
        "Parse",
        "Coverage",
        "Stdin",
        "GeneratedTests",
        "Limits",
        "Line",
        "Refusal",
        "PlainData",
    } <= set(schemas)
    # A checker's process is given the correct outputs, the program's is not.
    assert set(schemas["CheckedStdin"]["properties"]) == {"type", "program", "inputs", "checker", "correct"}
    for name in ("Calls", "Check", "Parse", "Coverage", "Stdin", "GeneratedTests"):
        assert not {"expected", "expect", "outputs", "answers"} & set(schemas[name]["properties"])


def test_on_sigterm_it_finishes_what_runs_and_leaves_no_process() -> None:
    with serving("--workers", "2") as (url, process):
        workers = children(process.pid)
        assert len(workers) == 2
        slow = {**QUICK, "program": "import time\ndef f(x):\n    time.sleep(0.5)\n    return x"}
        with httpx.stream("POST", f"{url}/v1/jobs", json=batch(*[slow] * 3)) as answer:
            process.send_signal(signal.SIGTERM)
            lines = [json.loads(line) for line in answer.iter_lines() if line]
        assert [line["outcome"] for line in lines] == ["passed"] * 3
        assert process.wait(timeout=60) == 0
        assert not any(Path(f"/proc/{worker}").exists() for worker in workers)


def test_a_restricted_pod_with_nothing_to_write_into_can_serve() -> None:
    read_only = [
        "unshare",
        "-m",
        "sh",
        "-c",
        'mount --bind / / && mount -o remount,bind,ro / && cd / && exec "$@"',
        "sh",
    ]
    if subprocess.run([*read_only, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no file system can be made read-only here")
    with serving("--workers", "1", within=[*read_only, *in_pod([])]) as (url, _):
        answer = httpx.post(
            f"{url}/v1/jobs", json=batch(QUICK, {"type": "stdin", "program": "print(1)", "inputs": [""]})
        )
    assert sorted(json.loads(line)["outcome"] for line in answer.text.splitlines() if line) == ["passed"] * 2


def test_nothing_waits_longer_than_it_may_drain() -> None:
    with serving("--workers", "1", "--drain-seconds", "0") as (url, process):
        (worker,) = children(process.pid)
        with httpx.stream("POST", f"{url}/v1/jobs", json=batch(LASTING)) as answer:
            process.send_signal(signal.SIGTERM)
            with pytest.raises(httpx.TransportError):
                answer.read()
        assert process.wait(timeout=60) == 0
        until(lambda: not Path(f"/proc/{worker}").exists())


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (("--host", "0.0.0.0"), "0.0.0.0 can be reached from elsewhere and the server has no token"),
        (("--token-file", "/nonexistent"), "The token file /nonexistent can't be read"),
        (("--token-file", "/dev/null"), "/dev/null holds no token"),
        (("--host", "192.0.2.1", "--token-file", "TOKEN"), "192.0.2.1:0 cannot be listened on"),
    ],
)
def test_what_cannot_be_served_is_told_in_one_line(flags: tuple[str, ...], told: str, tmp_path: Path) -> None:
    (tmp_path / "TOKEN").write_text(TOKEN)
    environment = {name: value for name, value in os.environ.items() if name != "ASTOR_SANDBOX_TOKEN"}
    done = subprocess.run([*COMMAND, *flags], capture_output=True, text=True, env=environment, cwd=tmp_path, timeout=60)
    assert done.returncode == 2
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1
