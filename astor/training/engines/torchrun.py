"""Processes that torchrun starts on this node, and that make calls side by side.

A module that is run under it calls `serve`. Calls and results are pickled, as those of `Ranks`, between processes of
one user, over a socket in a directory of its own.
"""

import os
import pickle
import socket
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, wait
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar

from astor.errors import UserError
from astor.policies.ranks import CARDS, World

LONGEST_START = 600
"""Seconds in which every process must have started (our choice: importing torch on a busy disk takes a minute)."""
SHOWN = 15
"""Last lines of what the processes wrote, in the error where one of them died."""
T = TypeVar("T")


class Torchrun:
    """`size` processes that run a module and serve calls from it. They end with this object, and with this process."""

    def __init__(self, module: str, size: int, threads: int, cards: Sequence[str] | None = None) -> None:
        """Start them, each with `threads` threads of CPU mathematics, on `cards`, as CUDA_VISIBLE_DEVICES names them;
        None: on all that this process has."""
        self.size = size
        self._connections = connections = list[Connection]()
        self._room = tempfile.TemporaryDirectory(prefix="astor-torchrun-")
        directory = Path(self._room.name)
        self._log, address = directory / "log", str(directory / "door")
        launch = ["-m", "torch.distributed.run", "--standalone", "--nnodes=1", f"--nproc-per-node={size}"]
        with socket.socket(socket.AF_UNIX) as door, self._log.open("wb") as log:
            door.bind(address)
            door.listen(size)
            self._process = subprocess.Popen(
                [sys.executable, *launch, "-m", module, address],
                env=environment(threads, cards),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # ctrl-C is this process's own matter
            )
            self.close = weakref.finalize(self, _end, self._process, connections, self._room)
            door.settimeout(1)
            for _ in range(LONGEST_START):
                try:
                    connections.append(Connection(door.accept()[0].detach()))
                except TimeoutError:
                    self._check()
                if len(connections) == size:
                    break
            else:
                self._fail(f"has not started within {LONGEST_START} seconds")
        ranks = [_receive(connection) for connection in connections]
        connections[:] = [connection for _, connection in sorted(zip(ranks, connections, strict=True), key=_first)]

    def call(self, function: Callable[..., T], *arguments: Any) -> list[T]:
        """What `function(world, *arguments)` returns in every process, by rank, called in all at once.

        The first error of any process is raised, and ends all of them.
        """
        asked = pickle.dumps((function, arguments))
        results: dict[int, T] = {}
        try:
            for connection in self._connections:
                connection.send_bytes(asked)
            waiting = dict(zip(self._connections, range(self.size), strict=True))
            while waiting:
                for ready in wait(list(waiting)):
                    assert isinstance(ready, Connection)
                    result, failed = _receive(ready)
                    if failed:
                        self.close()
                        raise result
                    results[waiting.pop(ready)] = result
        except (EOFError, ConnectionError):
            self._fail("died")
        return [results[rank] for rank in range(self.size)]

    def _check(self) -> None:
        if self._process.poll() is not None:
            self._fail("ended before it began")

    def _fail(self, how: str) -> None:
        lines = self._log.read_text(errors="replace").strip().splitlines()[-SHOWN:]
        self.close()
        raise UserError(f"One of {self.size} processes under torchrun {how}. They wrote last:\n" + "\n".join(lines))


def serve(begin: Callable[[], World]) -> None:
    """Make every call that comes, until the first that fails, or until whoever calls is gone. `begin` joins the ranks'
    group."""
    with socket.socket(socket.AF_UNIX) as door:
        door.connect(sys.argv[1])
        connection = Connection(door.detach())
    connection.send_bytes(pickle.dumps(int(os.environ["RANK"])))
    calls: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_listen, args=(connection, calls), daemon=True).start()
    world: World | None = None
    while True:
        function, arguments = pickle.loads(calls.get())
        try:
            world = world or begin()
            connection.send_bytes(pickle.dumps((function(world, *arguments), False)))
        except Exception as error:  # Whoever called raises it.
            connection.send_bytes(pickle.dumps((_sendable(error), True)))
            raise


def _listen(connection: Connection, calls: "SimpleQueue[bytes]") -> None:
    """Whatever this process is at, it ends with the one that calls it."""
    while True:
        try:
            calls.put(connection.recv_bytes())
        except (EOFError, OSError):
            os._exit(1)


def _sendable(error: Exception) -> Exception:
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # Some errors cannot be made again from what they say.
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def environment(threads: int, cards: Sequence[str] | None) -> dict[str, str]:
    """Of processes with so many threads, on `cards`, or on all that this process has."""
    given = {"OMP_NUM_THREADS": str(threads)} | ({} if cards is None else {CARDS: ",".join(cards)})
    return {"GLOO_SOCKET_IFNAME": "lo" if sys.platform == "linux" else "lo0", **os.environ, **given}


def _receive(connection: Connection) -> Any:
    return pickle.loads(connection.recv_bytes())


def _first(pair: tuple[int, Connection]) -> int:
    return pair[0]


def _end(
    process: "subprocess.Popen[bytes]", connections: list[Connection], room: "tempfile.TemporaryDirectory[str]"
) -> None:
    """End the processes, which see that nobody calls any more, and torchrun, which waits for them."""
    for connection in connections:
        connection.close()
    process.terminate()
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    room.cleanup()
