"""Where a pool is and how patient its clients are, and what a server of it grants."""

from typing import Literal

from pydantic import Field, field_validator

from astor.options import Options
from astor.sandbox.options import Limits, SandboxOptions

TOKEN_VARIABLE = "ASTOR_SANDBOX_TOKEN"


class PoolOptions(Options):
    """Options of `SandboxPool`."""

    type: Literal["pool"] = "pool"
    urls: tuple[str, ...] = Field(min_length=1)
    """Addresses of the servers, as http://sandbox:8080. A name that stands for several, as that of a headless Service
    of Kubernetes, means each of them; they may come and go."""
    token_env: str = TOKEN_VARIABLE
    """Environment variable that holds the servers' token; a token is never part of a recipe."""
    limits: Limits = Limits()
    """Limits of every program."""
    patience_seconds: float = Field(default=120.0, ge=0)
    """How long jobs are offered to server after server while none takes them, before they are given up. Our choice:
    longer than a Deployment takes to replace a pod."""

    @field_validator("urls")
    @classmethod
    def _urls_are_http(cls, urls: tuple[str, ...]) -> tuple[str, ...]:
        for url in urls:
            if not url.startswith(("http://", "https://")):
                raise ValueError(f"{url!r} is no address of a server: write http://HOST:PORT")
        return tuple(url.rstrip("/") for url in urls)


class ServerOptions(Options):
    """Options of a server of the pool."""

    sandbox: SandboxOptions = SandboxOptions()
    most: Limits = Limits(cpu_seconds=60, wall_seconds=300, memory_mb=4096, output_bytes=1 << 24, stdout_bytes=1 << 26)
    """The largest limits that a batch may ask for. Our choice: thirty times the defaults, eight times their memory."""
    max_queue: int = Field(default=4096, ge=1)
    """Jobs that may wait; a batch that finds no room is refused with 429. Our choice: a few seconds of one core."""
    max_jobs: int = Field(default=1024, ge=1)
    """Jobs of one batch."""
    max_inputs: int = Field(default=1024, ge=1)
    """Inputs, texts or mutants of one job, each of which is run by itself. Our choice: ten times what judged programs
    are given."""
    max_calls: int = Field(default=1 << 14, ge=1)
    """Calls of one job, which one process makes. Our choice: beyond what generated tests may make."""
    max_body_mb: int = Field(default=64, ge=1)
    """MiB of one request's body."""
    drain_seconds: int = Field(default=25, ge=0)
    """How long the batches that run may go on after SIGTERM. Our choice: Kubernetes waits 30 seconds by default."""
