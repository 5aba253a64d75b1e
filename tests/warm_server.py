"""A process that has imported what is slow to import, and forks for everyone who asks: `python warm_server.py ADDRESS`.

It ends with its standard input. `warm_python.py` is who asks.
"""

import atexit
import contextlib
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import sys
import threading
from typing import Any

IMPORTED = (
    "torch",
    "mlflow",
    "kfp.dsl",
    "kfp.local",
    "astor.loop",
    "astor.cli.main",
    "astor.pipelines.post_training",
    "astor.policies.policy",
    "astor.training.warm_start",
)


def serve(address: str) -> list[str]:
    """Never returns but in a process that is to run a module: with its arguments, everything else as was asked."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(64)
        while True:
            ready, _, _ = select.select([listener, sys.stdin], [], [])
            reap()
            if sys.stdin in ready:
                sys.exit()
            asker, _ = listener.accept()
            if os.fork():
                asker.close()
                continue
            break
    asked, descriptors = receive(asker)
    pid = os.fork()
    if pid:
        watch(pid, asker)
    asker.close()
    return become(asked, descriptors)


def reap() -> None:
    """Wait for those who watch and have ended: what they and theirs took counts as this process's."""
    with contextlib.suppress(ChildProcessError):
        while any(os.waitpid(-1, os.WNOHANG)):
            pass


def receive(asker: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """What is asked for, and its three standard streams."""
    data, descriptors, _, _ = socket.recv_fds(asker, 1 << 16, 3)
    while not data.endswith(b"\n"):
        data += asker.recv(1 << 16)
    return json.loads(data), descriptors


def watch(pid: int, asker: socket.socket) -> None:
    """End by telling who asked how the process ended, or by ending it where nobody waits any more.

    The process's streams are open here until then: who reads them to their end finds it gone.
    """
    process = os.pidfd_open(pid)
    ended = process in select.select([process, asker], [], [])[0]
    if not ended:
        os.kill(pid, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    with contextlib.suppress(OSError):
        asker.sendall(str(code).encode())
    os._exit(0)


def become(asked: dict[str, Any], descriptors: list[int]) -> list[str]:
    """Be what `python -m` would be, with its environment, directory, streams and path; the arguments."""
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.chdir(asked["directory"])
    sys.stdin = sys.__stdin__ = os.fdopen(0, closefd=False)
    sys.stdout = sys.__stdout__ = os.fdopen(1, "w", closefd=False)
    sys.stdout.reconfigure(line_buffering="PYTHONUNBUFFERED" in os.environ)
    sys.stderr = sys.__stderr__ = os.fdopen(2, "w", errors="backslashreplace", closefd=False)
    sys.stderr.reconfigure(line_buffering=True)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.executable = asked["executable"]
    sys.path[:1] = [asked["directory"], *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return asked["arguments"]


def run(module: str) -> int:
    """The module as `__main__`; the exit code."""
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        print(end.code, file=sys.stderr)
        return 1
    except Exception:
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


def end(code: int) -> None:
    """End as an interpreter does, but for the half second in which it takes apart what was imported."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    for name in IMPORTED:
        importlib.import_module(name)
    gc.freeze()  # forks share what is never looked at
    module, *arguments = serve(sys.argv[1])
    sys.argv = [module, *arguments]
    end(run(module))
