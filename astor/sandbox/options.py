"""How much a program may use, and how many run at once."""

from typing import Literal, Self

from pydantic import Field, model_validator

from astor.options import Options

_EXCEEDED = {
    "cpu_seconds": "it took more than {:g} CPU seconds",
    "wall_seconds": "it took more than {:g} s",
    "memory_mb": "it took more than {} MiB",
    "output_bytes": "it wrote more than {} bytes of results",
    "stdout_bytes": "it wrote more than {} bytes to its standard output",
}


class Limits(Options):
    """What one program may use, all of its calls together. In two-process mode each process has these limits."""

    cpu_seconds: float = Field(default=2.0, ge=0.05)
    """CPU seconds, from 0.05, ten times what an empty program needs. They decide before the wall clock does, because
    they don't depend on the machine's load. Our choice: a thousand times what a small function needs."""
    wall_seconds: float = Field(default=10.0, ge=0.1)
    """Seconds of the wall clock, from 0.1. Our choice: five times the CPU seconds, so that only sleepers meet it."""
    memory_mb: int = Field(default=512, ge=64)
    """MiB of address space, the interpreter's own 30 included, from 64. Our choice."""
    output_bytes: int = Field(default=1 << 20, ge=1024)
    """Bytes of all claims of one program, encoded, from 1024. Our choice: the trusted side reads no more."""
    stdout_bytes: int = Field(default=1 << 24, ge=1024)
    """Bytes that a whole program may write to its standard output for one input, from 1024. Our choice: sixteen times
    `output_bytes`, because text takes a fifteenth of the memory that claims can."""

    def exceeded(self, name: str) -> str:
        """What is told of a program that meets the limit `name`, a field."""
        return _EXCEEDED[name].format(getattr(self, name))

    def met(self, told: str) -> str:
        """Name of the limit that a text ends by telling of, as `exceeded` words it; empty where it tells of none."""
        return next((name for name in _EXCEEDED if told.endswith(self.exceeded(name))), "")


class SandboxOptions(Options):
    """Options of `Sandbox`."""

    type: Literal["local"] = "local"
    workers: int | None = Field(default=None, ge=1)
    """Programs that run at once, from 1; None takes as many as this process has cores. Our choice: programs compute,
    so more would only wait."""
    limits: Limits = Limits()
    """Limits of every program."""
    allowed_imports: tuple[str, ...] = ()
    """Installed top-level packages that programs may import beside the standard library, as `numpy`; what they depend
    on comes with them. Others can be neither imported nor read."""
    preimported: tuple[str, ...] = ()
    """Those of `allowed_imports` that every program finds imported already. It saves each program that uses one its
    import, and costs every program a slower fork: with numpy 65 ms of CPU saved, and 0.7 ms more for each fork."""

    @model_validator(mode="after")
    def _declare_what_is_preimported(self) -> Self:
        undeclared = sorted(set(self.preimported) - set(self.allowed_imports))
        if undeclared:
            raise ValueError(f"preimported names {', '.join(undeclared)}, which allowed_imports does not")
        return self
