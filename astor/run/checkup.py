"""What a run needs of the machine that it is started on: each thing by itself, how it is, and what to do."""

import re
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution, requires, version
from typing import Literal, NamedTuple

from packaging.requirements import Requirement

from astor.run.machine import cards, free_disk, gpu_memories, memory_limit
from astor.sandbox import check_layers

PACKAGE = "astor-rl"
OTHER = "astor"
"""A distribution on PyPI whose import name is ours; vLLM needs it, by way of depyf."""
NEEDED = ("", "training", "tracking", "evaluation")
"""Extras without which no recipe runs; the empty one is the package itself."""
LITTLE_DISK = 2 * 10**9
"""Bytes below which people are told. Our choice: a tiny policy's run takes some 100 MB."""

State = Literal["fine", "look", "missing"]


class Check(NamedTuple):
    """One line."""

    name: str
    state: State
    """`missing` keeps a run from coming to its end; `look` may."""
    found: str
    """How it is."""
    advice: str = ""
    """What to do; empty where nothing is to be done."""


def machine_checks(store: str) -> Iterator[Check]:
    """Python, packages, the import name, the sandbox, memory, GPUs, and the disk of `store`."""
    yield Check("python", "fine", f"{sys.version.split()[0]} at {sys.executable}")
    yield from _packages()
    yield _import_name()
    yield from _sandbox()
    limit = memory_limit()
    yield Check("memory", "fine", gigabytes(limit) if limit else "not known on this system")
    yield _gpus()
    yield _disk(store)


def gigabytes(count: int) -> str:
    """`24.6 GB`."""
    return f"{count / 10**9:,.1f} GB"


def _packages() -> Iterator[Check]:
    """A line for the package and for each extra: what of it is absent, or of a version that it does not take."""
    extras: dict[str, list[str]] = {}
    for text in requires(PACKAGE) or []:
        requirement = Requirement(text)
        extra = _extra(requirement)
        if requirement.name == PACKAGE or extra in ("all", "dev"):
            continue
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        problem = _problem(requirement)
        extras.setdefault(extra, []).extend([problem] if problem else [])
    for extra, problems in extras.items():
        name = f"packages [{extra}]" if extra else "packages"
        if not problems:
            yield Check(name, "fine", "installed, of versions that fit")
            continue
        wanted = f"{PACKAGE}[{extra}]" if extra else PACKAGE
        state: State = "missing" if extra in NEEDED else "look"
        yield Check(name, state, ", ".join(problems), f"pip install -c constraints.txt '{wanted}'")


def _extra(requirement: Requirement) -> str:
    found = re.search(r"extra == [\"']([\w-]+)[\"']", str(requirement.marker or ""))
    return found[1] if found else ""


def _problem(requirement: Requirement) -> str:
    try:
        there = version(requirement.name)
    except PackageNotFoundError:
        return f"{requirement.name} is not installed"
    if requirement.specifier.contains(there, prereleases=True):
        return ""
    return f"{requirement.name} is {there}, and {requirement.specifier} is asked for"


def _import_name() -> Check:
    try:
        other = distribution(OTHER)
    except PackageNotFoundError:
        return Check("import name", "fine", "astor is ours alone in this environment")
    return Check(
        "import name",
        "missing",
        f"the package {OTHER} {other.version} from PyPI writes into the same folder",
        f"pip uninstall {OTHER}, then pip install --force-reinstall --no-deps {PACKAGE}; vLLM, which needs it, goes "
        "into an environment of its own",
    )


def _sandbox() -> Iterator[Check]:
    for layer in check_layers():
        state: State = "fine" if layer.stands else "missing" if layer.needed else "look"
        advice = "" if layer.stands else "docs/sandbox.md says what each layer needs"
        yield Check(f"sandbox: {layer.name}", state, layer.why, advice)


def _gpus() -> Check:
    found = gpu_memories()
    if found:
        return Check("GPUs", "fine", f"{len(found)} with {', '.join(map(gigabytes, found))}")
    if cards():
        return Check("GPUs", "look", "there, but nvidia-smi does not tell of them", "install the driver's tools")
    return Check("GPUs", "fine", "none: policies are computed on the CPU")


def _disk(store: str) -> Check:
    if "://" in store:
        return Check("disk", "fine", f"the store {store} is remote")
    free = free_disk(store)
    told = f"{gigabytes(free)} free for {store}"
    if free < LITTLE_DISK:
        return Check("disk", "look", told, "make room, or give another --store")
    return Check("disk", "fine", told)
