"""An address to listen on: had at once, or told at once."""

import asyncio

import pytest
import uvicorn

from astor.errors import UserError
from astor.listening import Server, is_loopback, listen


def test_port_0_takes_a_free_one():
    with listen("127.0.0.1", 0) as first, listen("127.0.0.1", 0) as second:
        assert first.getsockname()[1] != second.getsockname()[1] != 0


def test_a_taken_port_is_named():
    with listen("127.0.0.1", 0) as taken:
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=rf"127.0.0.1:{port} cannot be listened on \(Address already in use\)"):
            listen("127.0.0.1", port)


@pytest.mark.parametrize("port", [-1, 65536])
def test_what_is_no_port_is_named(port):
    with pytest.raises(UserError, match=f"{port} is no port: choose another --port, from 0 to 65535"):
        listen("127.0.0.1", port)


def test_a_host_of_elsewhere_is_named():
    with pytest.raises(UserError, match=r"192\.0\.2\.1:0 cannot be listened on"):
        listen("192.0.2.1", 0)


@pytest.mark.parametrize(
    ("host", "own"), [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("host", False)]
)
def test_loopback_is_what_nobody_else_reaches(host, own):
    assert is_loopback(host) is own


async def no_app(scope, receive, send):
    raise AssertionError("nobody asks for anything")


def has_ipv6():
    try:
        with listen("::1", 0):
            return True
    except UserError:
        return False


@pytest.mark.parametrize(
    ("host", "written"),
    [
        ("127.0.0.1", "127.0.0.1"),
        pytest.param("::1", "[::1]", marks=pytest.mark.skipif(not has_ipv6(), reason="IPv6 is off here")),
    ],
)
def test_the_address_is_announced_once_it_answers(host, written):
    announced = []
    with listen(host, 0) as listener:
        port = listener.getsockname()[1]
        server = Server(uvicorn.Config(no_app, lifespan="off", log_level="warning"), announced.append)

        async def work():
            serving = asyncio.create_task(server.serve(sockets=[listener]))
            while not announced:
                await asyncio.sleep(0.01)
            _, writer = await asyncio.open_connection(host, port)
            writer.close()
            server.should_exit = True
            await serving

        asyncio.run(work())
    assert announced == [f"http://{written}:{port}"]
