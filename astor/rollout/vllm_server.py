"""A vLLM server that this process starts, on this machine alone, and that ends with it."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

import httpx

from astor.errors import UserError
from astor.policies.options import largest_rank
from astor.rollout import supervised
from astor.rollout.options import OpenAIEngineOptions

HOST = "127.0.0.1"
TAIL = 12
"""Lines of the log that an error shows."""
ERROR = re.compile(r"(\(.+\) )?(ERROR .+\] )?[\w.]+(Error|Exception): ")
"""How the last line of a traceback begins, by itself or in vLLM's log."""
DEVELOPER = {"VLLM_SERVER_DEV_MODE": "1", "VLLM_ALLOW_RUNTIME_LORA_UPDATING": "True"}
"""What vLLM offers only where it is asked for: to reload weights, to tell their checksums, and to load adapters."""
QUIET = {"HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1"}


class VllmServer:
    """One server with one policy, that `start` makes; `close` ends it and all that it started.

    It samples as training needs it: with no defaults of the model's own `generation_config.json`, and with
    log-probabilities of the distribution that was sampled from.
    """

    def __init__(self, options: OpenAIEngineOptions, directory: Path, name: str, rank: int = 0) -> None:
        """Begin to serve, as `start`, which waits."""
        assert options.vllm_python is not None
        self._log = tempfile.NamedTemporaryFile(prefix="astor-vllm-", suffix=".log")  # noqa: SIM115, until `close`
        port = _port(options.port)
        self.url = f"http://{HOST}:{port}"
        served = ["--model", str(directory), "--served-model-name", name, "--host", HOST, "--port", str(port)]
        sampling = ["--generation-config", "vllm", "--logprobs-mode", "processed_logprobs"]
        self.rank = largest_rank(rank) if rank else 0
        """The largest of an adapter that it can load."""
        adapters = ["--enable-lora", f"--max-lora-rank={self.rank}"] if rank else []
        vllm = [options.vllm_python, "-m", "vllm.entrypoints.openai.api_server"]
        command = [*vllm, *served, *sampling, *adapters, *_whole_prompts(), *options.vllm_arguments]
        # Of the paths of this environment none may lead there: a package of vLLM's is called as this one.
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"} | QUIET | DEVELOPER
        key = os.environ.get(options.key_env, "").strip()
        self._process = subprocess.Popen(
            [sys.executable, "-I", supervised.__file__, str(os.getpid()), *command],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            env=environment | ({"VLLM_API_KEY": key} if key else {}),
        )

    @classmethod
    async def start(cls, options: OpenAIEngineOptions, directory: Path, name: str, rank: int = 0) -> Self:
        """A server that answers, of the policy in `directory` as `name`, with adapters of at most `rank` where that is
        not 0. UserError with its log's end where it does not come up."""
        server = cls(options, directory, name, rank)
        try:
            await server._wait(options.start_seconds)
        except BaseException:  # An interruption, too, which need not wait for what loads for minutes.
            server.close()
            raise
        return server

    async def _wait(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
            while True:
                if not self.is_alive:
                    raise UserError(f"vLLM ended while it loaded the policy; its last words are:\n{self.tail()}")
                if time.monotonic() > deadline:
                    raise UserError(
                        f"vLLM was not ready after {seconds:g} seconds (rollout.start_seconds); its last words are:\n"
                        f"{self.tail()}"
                    )
                with suppress(httpx.TransportError):
                    if (await client.get(f"{self.url}/health")).status_code == 200:
                        return
                await asyncio.sleep(0.2)

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def tail(self) -> str:
        """The first error in the server's log, which is why an engine died and not what others say of it, and the
        log's end."""
        lines = Path(self._log.name).read_text(errors="replace").splitlines()
        first = next((line for line in lines[:-TAIL] if ERROR.match(line)), None)
        return "\n".join([*([first, "…"] if first else []), *lines[-TAIL:]])

    def close(self) -> None:
        """End the server."""
        if self.is_alive:
            self._process.send_signal(signal.SIGTERM)
        self._process.wait()
        self._log.close()


def _whole_prompts() -> list[str]:
    """What a server without a GPU is told: not to read a prompt in parts, after which vLLM 0.32 turns back the random
    generator of its seed, which one on a CPU cannot bear."""
    import torch  # which whoever only checks a Python or a port does without

    return [] if torch.cuda.is_available() else ["--no-enable-chunked-prefill"]


def check_python(vllm_python: str) -> None:
    """UserError where there is no such program, or it has no vLLM."""
    path = Path(vllm_python)
    if not path.is_file() or not os.access(path, os.X_OK):
        raise UserError(
            f"There is no Python at {vllm_python}, which rollout.vllm_python names: give that of an environment that "
            "has vLLM."
        )
    find = "import importlib.util as u, sys; sys.exit(u.find_spec('vllm') is None)"
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    found = subprocess.run([vllm_python, "-c", find], env=environment, capture_output=True, check=False)
    if found.returncode:
        raise UserError(f"The Python at {vllm_python} (rollout.vllm_python) has no vLLM: install it there.")


def check_port(port: int) -> None:
    """UserError where something listens on it, or it cannot be had."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise UserError(
                f"Port {port} of {HOST} cannot be had for vLLM ({error.strerror}): set rollout.port to another, or "
                "to 0."
            ) from error


def _port(wanted: int) -> int:
    if wanted:
        check_port(wanted)
        return wanted
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
