"""An artifact: the output of one step, written by an attempt and committed once.

An attempt writes its parts under a prefix of its own and commits by creating one manifest conditionally. Whoever
creates the manifest first wins; every other attempt finds the winner's artifact in its hands and its own files
removed, so that neither a retry nor a zombie can change what was committed.
"""

import shutil
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pydantic import ValidationError

from astor import __version__
from astor.errors import UserError
from astor.options import Options
from astor.storage.damage import DamagedError, find_damage
from astor.storage.digest import digest_files, digest_json, list_files
from astor.storage.ref import ArtifactRef
from astor.storage.s3 import S3Store
from astor.storage.store import LocalStore, Store

MANIFEST = "manifest.json"


class Part(Options):
    """One part of an artifact: a directory of records, a policy, a report."""

    kind: str
    """Record name and schema version, as `Completion/1`; or what the directory is, as `Policy/1`."""
    count: int
    """Records in it; 1 of a directory."""
    digest: str
    """SHA-256 of the list of its files, but for `policy.json`."""
    files: dict[str, str]
    """Path relative to the part → SHA-256."""


class Manifest(Options):
    """What was committed. Digests cover payload only: seconds, attempt and package version are beside them."""

    parts: dict[str, Part]
    """Name → part."""
    made_from: dict[str, str]
    """Name of an input → its digest."""
    seconds: float
    """Wall time of the step that committed it."""
    package_version: str
    """That of `astor`."""
    attempt: str
    """Name of the directory beside the manifest that holds the parts."""
    measured: dict[str, float] = {}
    """What the step measured besides, as `hand_over_bytes`."""
    checksum: str
    """SHA-256 of all the rest that is not empty, as canonical JSON."""

    @classmethod
    def of(
        cls,
        parts: Mapping[str, Part],
        made_from: Mapping[str, str],
        seconds: float,
        attempt: str,
        measured: Mapping[str, float],
    ) -> Self:
        """The manifest of what this version of the package made."""
        facts: dict[str, Any] = {
            "parts": {name: part.model_dump() for name, part in parts.items()},
            "made_from": dict(made_from),
            "seconds": seconds,
            "package_version": __version__,
            "attempt": attempt,
            **({"measured": {name: float(value) for name, value in measured.items()}} if measured else {}),
        }
        return cls.model_validate({**facts, "checksum": digest_json(facts)})

    @property
    def is_whole(self) -> bool:
        """Whether it is what was written."""
        return self.checksum == digest_json(self.model_dump(exclude={"checksum"}, exclude_defaults=True))

    @property
    def digest(self) -> str:
        return digest_json({name: part.digest for name, part in self.parts.items()})


@dataclass(frozen=True)
class Artifact:
    """A committed artifact at `uri`."""

    uri: str
    manifest: Manifest

    @property
    def ref(self) -> ArtifactRef:
        return ArtifactRef(self.uri, self.manifest.digest)

    def part(self, name: str, leave_out: str | None = None) -> Path:
        """A local directory that holds the part as it was committed, fetched where the artifact is remote.

        With `leave_out` files whose names end in it are not needed: they are neither fetched nor checked.

        Raises:
            DamagedError: a file is missing, or is not what was committed.
        """
        store, key = locate(self.uri)
        files = self.manifest.parts[name].files
        if leave_out is not None:
            files = {path: digest for path, digest in files.items() if not path.endswith(leave_out)}
        directory = store.fetch(f"{key}/{self.manifest.attempt}/{name}", files)
        if damage := find_damage(directory, files):
            raise DamagedError(self.uri, damage)
        return directory

    def check(self) -> None:
        """DamagedError where anything of it is not what was committed."""
        for name in self.manifest.parts:
            self.part(name)


def locate(uri: str) -> tuple[Store, str]:
    """The store that holds `uri`, a local path or `s3://bucket/prefix`, and the key of `uri` in it."""
    if uri.startswith("s3://"):
        bucket, _, prefix = uri.removeprefix("s3://").partition("/")
        if not bucket or not prefix:
            raise UserError(f"{uri!r} is not an artifact's place: write s3://bucket/prefix.")
        parent, _, name = prefix.rstrip("/").rpartition("/")
        return S3Store(bucket, parent), name
    if "://" in uri:
        raise UserError(f"{uri!r} is neither a local path nor an s3:// URI.")
    path = Path(uri).absolute()
    return LocalStore(path.parent), path.name


def find(uri: str) -> Artifact | None:
    """The artifact that was committed at `uri`, or None; DamagedError where its manifest is not as it was."""
    store, key = locate(uri)
    try:
        data = store.read(f"{key}/{MANIFEST}")
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        manifest = Manifest.model_validate_json(data)
    except ValidationError as error:
        raise DamagedError(uri, f"its {MANIFEST} cannot be read") from error
    if not manifest.is_whole:
        raise DamagedError(uri, f"its {MANIFEST} is not what was committed")
    return Artifact(uri, manifest)


def committed(uri: str) -> Artifact:
    """The artifact that must have been committed at `uri`; a UserError where there is none."""
    artifact = find(uri)
    if artifact is None:
        raise UserError(f"Nothing was committed at {uri}: run the step that writes it first.")
    return artifact


def load(ref: ArtifactRef) -> Artifact:
    """The artifact that `ref` means; a UserError where its place holds none, or another."""
    artifact = committed(ref.uri)
    if artifact.ref.digest != ref.digest:
        found, wanted = artifact.ref.digest[:12], ref.digest[:12]
        raise UserError(f"{ref.uri} holds {found}, not the expected {wanted}: it is of another run.")
    return artifact


def remove(uri: str) -> None:
    """Remove whatever lies at `uri`."""
    store, key = locate(uri)
    store.remove(key)


@dataclass
class Attempt:
    """One try at writing the artifact `uri`: `with Attempt(uri) as attempt: …; attempt.commit()`.

    `attempt.part(name, kind)` gives the directory to write a part into. What is not committed when the block ends,
    by an exception or because another attempt was first, is removed.
    """

    uri: str
    made_from: dict[str, str] = field(default_factory=dict)
    name: str = field(default_factory=lambda: uuid.uuid4().hex[:12])
    _kinds: dict[str, tuple[str, int]] = field(default_factory=dict)
    _committed: bool = False

    def __enter__(self) -> Self:
        self._store, self._key = locate(self.uri)
        self._started = time.perf_counter()
        return self

    @cached_property
    def _directory(self) -> Path:
        return self._store.draft(f"{self._key}/{self.name}")

    def part(self, name: str, kind: str, count: int = 1) -> Path:
        """A new local directory for the part `name` of `count` records."""
        self._kinds[name] = (kind, count)
        path = self._directory / name
        path.mkdir()
        return path

    def commit(self, seconds: float | None = None, measured: Mapping[str, float] | None = None) -> Artifact:
        """Commit the parts; the artifact that stands at the URI afterwards, ours or an earlier winner's.

        `seconds` is the wall time that the step took, by default since the attempt began; `measured`, what it measured
        besides.
        """
        parts = {}
        for path in self._directory.rglob("*"):
            if path.is_file():  # safetensors keeps its files to itself: whoever may read the directory may read them.
                path.chmod(path.stat().st_mode | path.parent.stat().st_mode & 0o666)
        for name, (kind, count) in self._kinds.items():
            files = list_files(self._directory / name)
            parts[name] = Part(kind=kind, count=count, digest=digest_files(files), files=files)
        took = round(time.perf_counter() - self._started if seconds is None else seconds, 4)
        manifest = Manifest.of(parts, self.made_from, took, self.name, measured or {})
        self._store.publish(self._directory, f"{self._key}/{self.name}")
        self._committed = self._store.create(
            f"{self._key}/{MANIFEST}", manifest.model_dump_json(exclude_defaults=True).encode()
        )
        return Artifact(self.uri, manifest) if self._committed else committed(self.uri)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if not self._committed and "_directory" in self.__dict__:
            shutil.rmtree(self._directory, ignore_errors=True)
            self._store.remove(f"{self._key}/{self.name}")
