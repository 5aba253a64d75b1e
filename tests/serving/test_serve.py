"""`serve` as a process: it comes up, answers, and says what is wrong before it loads anything."""

import shutil
import socket
import subprocess
import sys
import time

import httpx
import pytest

from astor.errors import UserError
from astor.policies.card import find_card
from astor.serving.serve import serve
from astor.storage import digest_directory


def test_it_answers_until_it_is_interrupted_and_names_what_it_loaded(policy_directory, tmp_path):
    card = find_card(policy_directory)
    policy_directory = shutil.copytree(policy_directory, tmp_path / "policy")
    weights = policy_directory / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code = "import sys, pathlib, astor.serving.serve as room; "
    code += "room.serve(pathlib.Path(sys.argv[1]), '127.0.0.1', int(sys.argv[2]), 'tiny', print)"
    process = subprocess.Popen([sys.executable, "-c", code, str(policy_directory), str(port)], stderr=subprocess.PIPE)
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                health = httpx.get(f"http://127.0.0.1:{port}/health").json()
                break
            except httpx.TransportError:
                assert process.poll() is None, process.stderr.read().decode()
                assert time.monotonic() < deadline, "the server does not come up"
                time.sleep(0.2)
    finally:
        process.terminate()
        process.communicate(timeout=30)
    assert health["status"] == "ok"
    assert health["policy_digest"] == digest_directory(policy_directory) != card.digest


def test_a_taken_port_is_named(policy_directory):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=f"127.0.0.1:{port} cannot be listened on"):
            serve(policy_directory, "127.0.0.1", port, "tiny", print)


def test_a_directory_without_a_policy_is_named(tmp_path):
    with pytest.raises(UserError, match="is not a Hugging Face model directory"):
        serve(tmp_path, "127.0.0.1", 0, "tiny", print)
