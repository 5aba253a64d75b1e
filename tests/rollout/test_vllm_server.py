"""A server that is started: its words when it fails, its end, and the end of whoever started it. A few lines of Python
stand in for vLLM, which `tests/rollout/test_vllm.py` starts."""

import asyncio
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
import torch

from astor.errors import UserError
from astor.rollout import supervised
from astor.rollout.options import OpenAIEngineOptions
from astor.rollout.vllm_server import VllmServer, check_port, check_python

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="process descriptors are Linux's")

WHOLE_PROMPTS = "" if torch.cuda.is_available() else " --no-enable-chunked-prefill"
SERVES = """
import http.server, subprocess, sys
assert sys.argv[1:3] == ["-m", "vllm.entrypoints.openai.api_server"]
known = dict(zip(sys.argv[3:], sys.argv[4:]))
print("serves", known["--served-model-name"], "from", known["--model"], flush=True)
if "--fails" in known:
    sys.exit("there is no such number format: " + known["--fails"])
below = subprocess.Popen(["sleep", "600"])
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(below.pid).encode())
http.server.HTTPServer((known["--host"], int(known["--port"])), Handler).serve_forever()
"""


@pytest.fixture
def python(tmp_path: Path) -> str:
    (tmp_path / "serves.py").write_text(SERVES)
    path = tmp_path / "python"
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S -s "{tmp_path}/serves.py" "$@"\n')
    path.chmod(0o755)
    return str(path)


def options(python: str, *arguments: str) -> OpenAIEngineOptions:
    return OpenAIEngineOptions(vllm_python=python, vllm_arguments=arguments, hand_over="restart")


def test_a_server_of_adapters_is_told_their_rank(python: str, tmp_path: Path) -> None:
    (tmp_path / "serves.py").write_text("import sys; sys.exit(' '.join(sys.argv))")
    for rank, told in ((0, ""), (4, " --enable-lora --max-lora-rank=8"), (33, " --enable-lora --max-lora-rank=64")):
        with pytest.raises(UserError, match=f"processed_logprobs{told}{WHOLE_PROMPTS}$"):
            asyncio.run(VllmServer.start(options(python), tmp_path, "a policy", rank))


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_for_end(pid: int) -> None:
    deadline = time.monotonic() + 120
    while is_alive(pid):
        assert time.monotonic() < deadline, "it is left over"
        time.sleep(0.02)


def test_it_answers_when_it_has_started_and_nothing_is_left_of_it(python: str, tmp_path: Path) -> None:
    server = asyncio.run(VllmServer.start(options(python), tmp_path, "digest"))
    below = int(httpx.get(server.url).text)
    assert server.tail().startswith(f"serves digest from {tmp_path}\n")
    assert is_alive(below)
    server.close()
    assert not server.is_alive
    wait_for_end(below)


def test_one_that_fails_shows_its_last_words(python: str, tmp_path: Path) -> None:
    with pytest.raises(
        UserError, match=r"(?s)ended while it loaded.*last words are:\n.*no such number format: float33"
    ):
        asyncio.run(VllmServer.start(options(python, "--fails", "float33"), tmp_path, "digest"))


def test_what_it_said_first_is_shown_whatever_it_says_after(python: str, tmp_path: Path) -> None:
    (tmp_path / "serves.py").write_text(
        'print("(Worker pid=2) ERROR 11-29 14:17:00 [executor.py:1063] RuntimeError: no offset")\n'
        'print("(Engine pid=1) ERROR 11-29 14:17:01 [core.py:1512] RuntimeError: the worker failed")\n'
        'for number in range(30):\n    print(f"leaked function {number}")'
    )
    with pytest.raises(UserError, match=r"words are:\n\(Worker.* no offset\n…\nleaked function 18\n(?s:.*) 29$"):
        asyncio.run(VllmServer.start(options(python), tmp_path, "digest"))


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_with_whoever_started_it(python: str, tmp_path: Path, end: signal.Signals) -> None:
    code = (
        "import asyncio, sys, time; from pathlib import Path; from astor.rollout.options import OpenAIEngineOptions\n"
    )
    code += "from astor.rollout.vllm_server import VllmServer\n"
    code += "options = OpenAIEngineOptions(vllm_python=sys.argv[1], hand_over='restart')\n"
    code += "server = asyncio.run(VllmServer.start(options, Path(sys.argv[2]), 'one'))\n"
    code += "print(server.url, flush=True); time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", code, python, str(tmp_path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        below = int(httpx.get(process.stdout.readline().decode().strip()).text)
        process.send_signal(end)
    wait_for_end(below)


def test_nothing_is_started_for_who_is_gone() -> None:
    with subprocess.Popen(["true"]) as gone:
        pass
    ended = subprocess.run(
        [sys.executable, supervised.__file__, str(gone.pid), "sleep", "600"], timeout=120, check=False
    )
    assert ended.returncode == 1


def test_a_port_in_use_is_told(python: str, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=rf"Port {port} of 127.0.0.1 cannot be had .*: set rollout.port"):
            check_port(port)
        with pytest.raises(UserError, match="cannot be had"):
            OpenAIEngineOptions(vllm_python=python, hand_over="restart", port=port).check()


def test_a_python_that_is_not_there_or_has_no_vllm_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"There is no Python at /nowhere/python, which rollout.vllm_python names"):
        check_python("/nowhere/python")
    with pytest.raises(UserError, match=r"has no vLLM: install it there"):
        check_python(sys.executable)
