"""Which layers of the sandbox stand on this machine, found by trying them."""

from dataclasses import dataclass
from typing import Any

from astor.errors import UserError
from astor.sandbox.isolation.bubblewrap import Bubblewrap
from astor.sandbox.isolation.seccomp import filters
from astor.sandbox.results import Result


@dataclass(frozen=True)
class Layer:
    """A row of the table that `astor sandbox check` shows."""

    name: str
    stands: bool
    why: str
    """What it does, or why it does not stand."""
    needed: bool = True
    """The sandbox refuses to run without it. Of the two that guard files, either will do."""


def read_layers(zygote: dict[str, Any], namespaces: Bubblewrap, check: Result) -> tuple[Layer, ...]:
    """The table, from what a zygote said of itself, how it was started, and what `inside/layer_check.py` found."""
    if not (check.claims and isinstance(check.claims[0].value, dict)):
        return (Layer("worker", False, f"the layer check did not come back: {check.ending}, {check.detail}"),)
    found: dict[str, str] = check.claims[0].value
    landlock = _found(found, dict.fromkeys(("list", "source", "write"), "EACCES"), *_landlock(zygote["landlock"]))
    bubblewrap = _found(
        found,
        {"read": "ENOENT", "proc": "ENOENT", "create": "EROFS", "processes": "ESRCH"},
        "nothing but what may be read; processes, network, IPC and host name of its own",
        namespaces.missing,
    )
    return (
        Layer("Landlock", *landlock, needed=not bubblewrap[0]),
        Layer("bubblewrap", *bubblewrap, needed=not landlock[0]),
        Layer(
            "seccomp",
            *_found(
                found,
                dict.fromkeys(("fork", "exec", "signal", "socket", "limits", "user"), "EPERM"),
                "no processes, sockets, signals or users, nor limits of others",
                filters().missing,
            ),
        ),
        Layer(
            "resource limits",
            *_found(
                found,
                {"memory": "ENOMEM", "descriptors": "EBADF", "raising": "EPERM"},
                "memory, CPU seconds, size of files, descriptors, threads",
            ),
        ),
        Layer("user of its own", *_user(zygote["own_user"] or namespaces.counts_threads), needed=False),
    )


def require(layers: tuple[Layer, ...]) -> None:
    """UserError where a layer is missing that the sandbox can't do without."""
    missing = [layer for layer in layers if layer.needed and not layer.stands]
    if missing:
        names = " and ".join(f"{layer.name} ({layer.why})" for layer in missing)
        verb = "does" if len(missing) == 1 else "do"
        raise UserError(f"The sandbox refuses to run: {names} {verb} not stand.")


def _landlock(version: int) -> tuple[str, str]:
    if not version:
        return "", "the kernel offers none: it takes Linux 5.13 or later, with landlock in its list of security modules"
    reach = ["files", "TCP"][: 2 if version >= 4 else 1] + (["signals", "abstract sockets"] if version >= 6 else [])
    return f"version {version}: {', '.join(reach)}", ""


def _user(own: bool) -> tuple[bool, str]:
    does, missing = "threads are counted per worker", "needs root or a user namespace: threads are counted per user"
    return own, does if own else missing


def _found(found: dict[str, str], expected: dict[str, str], does: str, missing: str = "") -> tuple[bool, str]:
    """Whether every attempt met the error that the layer gives it; and what the layer does, or why it does not."""
    gaps = [attempt for attempt, error in expected.items() if found.get(attempt) != error]
    return not gaps, does if not gaps else missing or f"it does not refuse: {', '.join(gaps)}"
