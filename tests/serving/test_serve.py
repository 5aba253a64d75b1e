"""`serve` as a process: it comes up, answers, and says what is wrong before it loads anything."""

import json
import shutil
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import psutil
import pytest

from astor.errors import UserError
from astor.policies.card import find_card
from astor.serving.serve import serve
from astor.storage import digest_directory

SHORT = {"model": "tiny", "prompt": "def f(x):", "n": 4, "max_tokens": 10, "seed": 1}
LONG = SHORT | {"prompt": ["def f(x):"] * 7, "n": 128, "max_tokens": 100}
SLOWLY = {"tokens_together": 1024}
"""Nine answers at a time: `LONG` takes more than twenty seconds."""


@contextmanager
def serving(policy_directory, **limits):
    """The process and its address."""
    code = "import sys, json, pathlib, astor.serving.serve as room; from astor.serving.limits import Limits; "
    code += "room.serve(pathlib.Path(sys.argv[1]), '127.0.0.1', 0, 'tiny', "
    code += "lambda address: print(address, flush=True), Limits(**json.loads(sys.argv[2])))"
    command = [sys.executable, "-c", code, str(policy_directory), json.dumps(limits)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.terminate()


def wait_for_answers(address):
    """Until answers are waited for."""
    deadline = time.monotonic() + 120
    while "astor_serving_answers_waited_for 0.0" in httpx.get(f"{address}/metrics").text:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_it_names_what_it_loaded_and_ends_what_runs_in_time(policy_directory, tmp_path):
    card = find_card(policy_directory)
    policy_directory = shutil.copytree(policy_directory, tmp_path / "policy")
    weights = policy_directory / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    with serving(policy_directory, drain_seconds=5, **SLOWLY) as (process, address), ThreadPoolExecutor() as pool:
        health = httpx.get(f"{address}/health").json()
        long = pool.submit(httpx.post, f"{address}/v1/completions", json=LONG, timeout=60)
        wait_for_answers(address)
        with httpx.stream("POST", f"{address}/v1/completions", json=SHORT | {"stream": True}, timeout=60) as short:
            events = (line for line in short.iter_lines() if line.startswith("data: "))
            first = next(events)
            process.terminate()
            *_, last, _ = first, *events
        assert json.loads(last.removeprefix("data: "))["choices"][0]["finish_reason"] in ("stop", "length")
        assert long.result().status_code == 503
        assert "the server ends" in long.result().json()["error"]["message"]
        _, said = process.communicate(timeout=60)
    assert health["status"] == "ok"
    assert health["policy_digest"] == digest_directory(policy_directory) != card.digest
    assert process.returncode == 0
    assert "Traceback" not in said


def test_it_ends_when_its_model_does_and_tells_who_waits(policy_directory):
    with serving(policy_directory, **SLOWLY) as (process, address), ThreadPoolExecutor() as pool:
        children = psutil.Process(process.pid).children(recursive=True)
        model = next(child for child in children if "spawn_main" in " ".join(child.cmdline()))
        answer = pool.submit(httpx.post, f"{address}/v1/completions", json=LONG, timeout=60)
        wait_for_answers(address)
        model.kill()
        assert answer.result().status_code == 503
        assert "the process with the model has ended" in answer.result().json()["error"]["message"]
        _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "UserError: The endpoint has ended: the process with the model has ended by SIGKILL: there may be" in said


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
