"""What a run needs to be repeated beside its recipe: its code, its libraries, and the processor that it ran on."""

import getpass
import json
import platform
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path

import astor
from astor.options import Options
from astor.recipe.recipe import Recipe
from astor.run.code import code_digest
from astor.run.machine import cards, cores
from astor.run.places import Places
from astor.storage import DamagedError, locate, sealed, unsealed

FILE = "environment.json"
FEATURES = ("avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "asimd", "sve")
"""What torch's kernels are chosen by: the same numbers are summed in another order, and a warm start ends elsewhere."""
LIBRARIES = ("torch", "transformers", "numpy")


class Environment(Options):
    """What a command found where it ran."""

    began: str
    """UTC, ISO 8601 to the second."""
    version: str
    """Of `astor`."""
    commit: str
    """Git's, of the checkout or of what was installed; empty where neither is known."""
    code: str
    """SHA-256 over the package's Python files."""
    python: str
    """Its version."""
    libraries: dict[str, str]
    """Library → version."""
    processor: str
    """Its model, as Linux tells it."""
    features: tuple[str, ...]
    """Those of FEATURES that the processor has."""
    cores: int
    """Those that the process may use."""
    gpus: int = 0
    """NVIDIA GPUs that it may use."""
    threads: int
    """As the recipe has them."""
    processes: int
    """As the recipe has them."""

    @classmethod
    def found(cls, recipe: Recipe) -> "Environment":
        """That of this process, for a run of the recipe."""
        model, features = _processor()
        return cls(
            began=datetime.now(UTC).isoformat(timespec="seconds"),
            version=astor.__version__,
            commit=_commit(),
            code=code_digest(),
            python=platform.python_version(),
            libraries={name: found for name in LIBRARIES if (found := _version(name))},
            processor=model,
            features=features,
            cores=cores(),
            gpus=len(cards()),
            threads=recipe.threads,
            processes=recipe.processes,
        )


def run_tags(recipe: Recipe) -> dict[str, str]:
    """The tags that MLflow shows as a run's source, its version and its user; what is not known has none."""
    tags = {"mlflow.source.name": f"astor run {recipe.name}", "mlflow.source.type": "LOCAL"}
    if commit := _commit():
        tags["mlflow.source.git.commit"] = commit
    with suppress(OSError, KeyError):  # a container's user may have no name
        tags["mlflow.user"] = getpass.getuser()
    return tags


def other_shares(places: Places, recipe: Recipe) -> str:
    """The threads and processes that the run was last computed with, in words; empty where none were others."""
    known = read_environments(places)
    now = (recipe.threads, recipe.processes)
    if not known or any((each.threads, each.processes) == now for each in known):
        return ""
    return f"threads {known[-1].threads} and processes {known[-1].processes}, not {now[0]} and {now[1]}"


def note_environment(places: Places, recipe: Recipe) -> None:
    """Write down where the run runs, once for each place that it goes on in."""
    known, now = read_environments(places), Environment.found(recipe)
    if any(each.model_copy(update={"began": now.began}) == now for each in known):
        return
    entries = [sealed(each.model_dump(mode="json")) for each in (*known, now)]
    places.publish(places.at(FILE), json.dumps(entries, indent=1).encode())


def read_environments(places: Places) -> list[Environment]:
    """Where the run ran, the first place first; empty where nobody wrote it down.

    Raises:
        UserError: the file is not what was written.
    """
    store, key = locate(places.at(FILE))
    try:
        entries = json.loads(store.read(key))
        return [Environment.model_validate(unsealed(each)) for each in entries]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except (ValueError, TypeError) as error:  # what pydantic raises is a ValueError
        raise DamagedError(places.at(FILE), "it is not what was written") from error


def code_of(places: Places) -> str:
    """The version and the commit of the code that a run was begun with; empty where nobody wrote them down."""
    for each in read_environments(places)[:1]:
        return f"{each.version} {each.commit}".strip()
    return ""


def told(environments: Sequence[Environment]) -> dict[str, str]:
    """Name → words for a report; where the run went on elsewhere, the second place is numbered, and so on."""
    words: dict[str, str] = {}
    for number, each in enumerate(environments):
        again = f" ({number + 1})" if number else ""
        commit = f", commit {each.commit[:12]}" if each.commit else ""
        libraries = "".join(f", {name} {found}" for name, found in each.libraries.items())
        features = ", ".join(each.features) or "features unknown"
        processes = f" in {each.processes} processes" if each.processes > 1 else " in one process"
        words |= {
            f"begun{again}": each.began.replace("T", " ").replace("+00:00", " UTC"),
            f"astor{again}": f"{each.version}, code {each.code[:12]}{commit}",
            f"processor{again}": f"{each.processor}, {each.cores} cores ({features})",
            f"threads{again}": f"{each.threads}{processes}",
            f"Python{again}": f"{each.python}{libraries}",
        }
    return words


def _processor() -> tuple[str, tuple[str, ...]]:
    """Model and features, as Linux tells them."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except FileNotFoundError:
        return platform.processor() or platform.machine(), ()
    lines = [line.partition(":") for line in text.splitlines()]
    facts = {name.strip(): value.strip() for name, _, value in reversed(lines)}
    flags = (facts.get("flags") or facts.get("Features") or "").split()
    return facts.get("model name") or platform.machine(), tuple(name for name in FEATURES if name in flags)


def _commit() -> str:
    root = Path(astor.__file__).resolve().parents[1]
    if (root / ".git").exists():
        try:
            asked = subprocess.run(["git", "-C", str(root), "rev-parse", "HEAD"], capture_output=True, text=True)
        except FileNotFoundError:  # a checkout may be where no git is
            return ""
        return asked.stdout.strip()
    try:
        installed = json.loads(distribution("astor-rl").read_text("direct_url.json") or "{}")
    except PackageNotFoundError:
        return ""
    return str(installed.get("vcs_info", {}).get("commit_id", ""))


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
