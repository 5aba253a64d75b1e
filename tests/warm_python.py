"""`python -m MODULE` without the seconds that imports of torch, MLflow and KFP take: as a fork of who has them.

Whatever runs is a process of its own, as ever, with its own arguments, environment, directory and streams; what it
starts by `sys.executable -m` is a fork, too. What comes of an interpreter that begins is tested where the real one is
taken, and by `test_imports.py`.
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__)
SHIM = """#!/bin/sh
case "$1" in
-m) exec "{python}" -I -S "{program}" "{address}" "$0" "$@" ;;
*) exec "{python}" "$@" ;;
esac
"""


@contextlib.contextmanager
def warm_python() -> Iterator[str]:
    """An executable to take instead of `sys.executable`."""
    with tempfile.TemporaryDirectory(prefix="warm") as directory:
        address, shim = Path(directory, "address"), Path(directory, "python")
        shim.write_text(SHIM.format(python=sys.executable, program=HERE, address=address))
        shim.chmod(0o755)
        command = [sys.executable, str(HERE.with_name("warm_server.py")), str(address)]
        environment = os.environ | {"OMP_NUM_THREADS": "1", "COLUMNS": "80", "MLFLOW_TRACKING_URI": ""}
        with subprocess.Popen(command, stdin=subprocess.PIPE, env=environment) as server:
            while not address.exists():
                assert server.poll() is None, "it did not come up"
                time.sleep(0.02)
            yield str(shim)
            assert server.stdin is not None
            server.stdin.close()


def ask(address: str, executable: str, arguments: list[str]) -> int:
    """Have the module run; its exit code."""
    asked = {
        "executable": executable,
        "arguments": arguments,
        "environment": dict(os.environ),
        "directory": str(Path.cwd()),
    }
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(address)
        data = json.dumps(asked).encode() + b"\n"
        sent = socket.send_fds(server, [data], [0, 1, 2])
        server.sendall(data[sent:])
        return int(server.recv(16) or 1)


if __name__ == "__main__":
    code = ask(sys.argv[1], sys.argv[2], sys.argv[4:])
    if code < 0:
        os.kill(os.getpid(), -code)
    sys.exit(code)
