"""The pool's client against real servers: the results of this process's sandbox, whatever becomes of a server."""

import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from pool_server import serving

from astor.errors import UserError
from astor.sandbox import (
    CallsJob,
    CheckJob,
    CoverageJob,
    Ending,
    GeneratedTestsJob,
    Job,
    Limits,
    ParseJob,
    Sandbox,
    StdinJob,
)
from astor.sandbox.pool.client import SandboxPool
from astor.sandbox.pool.options import PoolOptions

TOKEN = "a token of the tests"
LIMITS = Limits(cpu_seconds=0.4, wall_seconds=3.0, memory_mb=256)
SMALL = CallsJob("def f(x):\n    return x, {1: {x}}", "f", ((1,), ("\ud800",), (1 << 70,), (None,)))
MIXED: list[Job] = [
    SMALL,
    CallsJob("def f(x):\n    return 1 / x", "f", ((1,), (0,), (float("inf"),))),
    CallsJob("def f(x):\n    return object()", "f", ((1,),)),
    CallsJob("def f(x): return", "g", ((1,),)),
    CallsJob("def f(x", "f", ((1,),)),
    CallsJob("def f(x):\n    while True: pass", "f", ((1,),)),
    CallsJob("def f(x):\n    return [x] * (1 << 28)", "f", ((1,),)),
    CallsJob("import os\ndef f(x):\n    os._exit(0)", "f", ((1,),)),
    CallsJob("def f(x):\n    return 'x' * (1 << 21)", "f", ((1,),)),
    CallsJob("", "f", ()),
    CheckJob("def f(x):\n    return x", "f", "def check(f):\n    assert f((1, 2)) == (1, 2)"),
    CheckJob("def f(x):\n    return x", "f", "def check(f):\n    assert f(1) == 2"),
    CheckJob("def f(x):\n    return x", "f", "no check"),
    ParseJob("literal", ("{1: (2, 3)}", "```\n[1]\n```", "open('/etc/passwd')", "(" * 9000)),
    ParseJob("program", ("x = 1", "x =")),
    CoverageJob("def f(x):\n    if x:\n        return 1\n    return 2", "f", ((0,),)),
    StdinJob("print(input())", ("1\n", "", "x\ny\n")),
    CheckJob(
        "def f(x):\n    return x",
        "f",
        "def test_f():\n    assert f(1) == 1\ndef test_g():\n    assert f(1) == 2",
        "pytest",
    ),
    GeneratedTestsJob(
        "assert f(1) == 2\nassert f(2) == 3", "f", "def f(x):\n    return x + 1", ("def f(x):\n    return 2",)
    ),
]


def told(results: list) -> list:
    return [(result.ending, result.claims, result.detail, result.refused) for result in results]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving("--workers", "2", token=TOKEN) as (url, _):
        yield url


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POOL_TOKEN", TOKEN)


def options(*urls: str, patience_seconds: float = 20.0) -> PoolOptions:
    return PoolOptions(urls=urls, token_env="POOL_TOKEN", limits=LIMITS, patience_seconds=patience_seconds)


def test_a_mixed_batch_ends_as_in_process(url: str, sandbox: Sandbox) -> None:
    assert sandbox.options.limits == LIMITS
    with SandboxPool(options(url)) as pool:
        assert [layer.name for layer in pool.layers] == [layer.name for layer in sandbox.layers]
        assert told(pool.run(MIXED)) == told(sandbox.run(MIXED))
        assert pool.run([]) == []
        assert pool.metrics() == {"repeats": 0.0, "given_up": 0.0}


def test_a_server_that_dies_loses_no_result(url: str, sandbox: Sandbox) -> None:
    jobs = [SMALL] * 300
    with serving("--workers", "1", token=TOKEN) as (mortal, process), SandboxPool(options(mortal, url)) as pool:
        results = {}
        for place, result in pool.stream(jobs):
            results[place] = result
            if len(results) == 40:
                process.kill()
        assert pool.metrics()["repeats"] > 0
    assert told([results[place] for place in range(300)]) == told(sandbox.run([SMALL])) * 300


def test_a_name_of_several_servers_means_each_of_them(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    port = httpx.URL(url).port
    resolve = socket.getaddrinfo

    def resolve_pool(host: str | None, *arguments: Any, **named: Any) -> list:
        hosts = ("127.0.0.1", "127.0.0.2") if host == "sandbox.test" else (host,)
        return [address for each in hosts for address in resolve(each, *arguments, **named)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve_pool)
    flags = ("--workers", "1", "--host", "127.0.0.2", "--port", str(port))
    named = options(f"http://sandbox.test:{port}")
    with serving(*flags, token=TOKEN) as (other, process), SandboxPool(named) as pool:
        assert {result.ending for result in pool.run([SMALL] * 200)} == {Ending.FINISHED}
        assert 'batches_total{status="200"}' in httpx.get(f"{other}/metrics").text
        process.kill()
        assert {result.ending for result in pool.run([SMALL] * 128)} == {Ending.FINISHED}
        assert pool.metrics()["repeats"] > 0


def test_jobs_are_read_as_they_are_needed_and_a_stream_may_be_left(url: str) -> None:
    read = 0

    def endless() -> Iterator[Job]:
        nonlocal read
        while True:
            read += 1
            yield SMALL

    with SandboxPool(options(url)) as pool:
        for count, (_, result) in enumerate(pool.stream(endless())):
            assert result.ending is Ending.FINISHED
            if count == 100:
                break
        assert read < 1000
        assert len(pool.run([SMALL] * 3)) == 3


def test_what_no_server_does_is_an_infrastructure_error() -> None:
    with serving("--workers", "1", token=TOKEN) as (mortal, process):
        with SandboxPool(options(mortal, patience_seconds=0.2)) as pool:
            process.kill()
            process.wait()
            (result,) = pool.run([SMALL])
            assert pool.metrics()["given_up"] == 1
        assert result.ending is Ending.INFRASTRUCTURE_ERROR
        assert result.detail.startswith(f"no server of the pool did the job: {mortal}")
        with (
            pytest.raises(UserError, match="No server of the sandbox pool answers"),
            SandboxPool(options(mortal, patience_seconds=0.0)),
        ):
            pass


def test_a_wrong_token_is_told(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POOL_TOKEN", "another")
    with SandboxPool(options(url)) as pool, pytest.raises(UserError, match="refuses the token of POOL_TOKEN"):
        pool.run([SMALL] * 200)


@pytest.mark.parametrize(
    "job",
    [CallsJob("def f(x): ...", "f", ((object(),),)), ParseJob("sums", ("1",))],
    ids=["no plain data", "no such parser"],
)
def test_a_job_that_cannot_be_run_at_all_is_told_as_in_process(url: str, sandbox: Sandbox, job: Job) -> None:
    with pytest.raises(UserError) as here:
        sandbox.run([job])
    with SandboxPool(options(url)) as pool, pytest.raises(UserError) as there:
        pool.run([SMALL, job])
    assert str(there.value).endswith(str(here.value))


def test_limits_beyond_the_servers_are_told(url: str) -> None:
    greedy = options(url).model_copy(update={"limits": LIMITS.model_copy(update={"memory_mb": 1 << 20})})
    with SandboxPool(greedy) as pool, pytest.raises(UserError, match=r"limits.memory_mb is 1048576"):
        pool.run([SMALL])
