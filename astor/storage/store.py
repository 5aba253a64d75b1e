"""Where bytes lie: one small interface over a local directory and an S3 bucket."""

import os
import shutil
import stat
import tempfile
from pathlib import Path
from typing import NamedTuple, Protocol

from astor.storage.atomic import draft_beside, replacing


class Entry(NamedTuple):
    """What lies at a key."""

    bytes: int
    changed: float
    """Seconds since 1970, UTC."""


class Store(Protocol):
    """Keys are POSIX paths below the store's root; a directory is all keys with its path as prefix."""

    def read(self, key: str) -> bytes:
        """The bytes at `key`; FileNotFoundError where there is none."""

    def file(self, key: str) -> Path:
        """A local file with the bytes at `key`, however many; FileNotFoundError where there is none."""

    def create(self, key: str, data: bytes) -> bool:
        """Write `data` at `key` unless something is there already; whether this call wrote it. Atomic."""

    def replace(self, key: str, data: bytes) -> None:
        """Write `data` at `key`, whatever was there. Atomic."""

    def keys(self, prefix: str) -> list[str]:
        """Every key below the directory `prefix`, sorted."""

    def entries(self, prefix: str) -> dict[str, Entry]:
        """Every key below the directory `prefix`, sorted, with what lies there."""

    def remove(self, prefix: str) -> None:
        """Remove `prefix` and every key below it; nothing happens where there is none."""

    def draft(self, prefix: str) -> Path:
        """A new empty local directory whose files are meant for `prefix`."""

    def publish(self, directory: Path, prefix: str) -> None:
        """Bring the files of a draft to `prefix`."""

    def fetch(self, prefix: str, files: dict[str, str]) -> Path:
        """A local directory with those `files` (relative path → SHA-256) of `prefix` that are there, unchecked."""


class LocalStore:
    """A directory of this machine. Drafts are written in place, so nothing is copied."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def read(self, key: str) -> bytes:
        return (self.root / key).read_bytes()

    def file(self, key: str) -> Path:
        path = self.root / key
        if not path.is_file():
            raise FileNotFoundError(path)
        return path

    def create(self, key: str, data: bytes) -> bool:
        path = self.root / key
        with draft_beside(path) as draft:
            draft.write_bytes(data)
            try:
                os.link(draft, path)
            except FileExistsError:
                return False
        return True

    def replace(self, key: str, data: bytes) -> None:
        with replacing(self.root / key) as draft:
            draft.write_bytes(data)

    def keys(self, prefix: str) -> list[str]:
        return sorted(
            path.relative_to(self.root).as_posix() for path in (self.root / prefix).rglob("*") if path.is_file()
        )

    def entries(self, prefix: str) -> dict[str, Entry]:
        found = {}
        for path in sorted((self.root / prefix).rglob("*")):
            try:
                about = path.lstat()
            except FileNotFoundError:  # a run that is going on removes its own
                continue
            if stat.S_ISREG(about.st_mode):
                found[path.relative_to(self.root).as_posix()] = Entry(about.st_size, about.st_mtime)
        return found

    def remove(self, prefix: str) -> None:
        path = self.root / prefix
        if path.is_dir():
            # Renaming first makes the removal atomic for readers: they see all of it or none.
            grave = Path(tempfile.mkdtemp(prefix=".removed-", dir=path.parent))
            os.replace(path, grave / path.name)
            shutil.rmtree(grave)
        else:
            path.unlink(missing_ok=True)

    def draft(self, prefix: str) -> Path:
        path = self.root / prefix
        path.mkdir(parents=True)
        return path

    def publish(self, directory: Path, prefix: str) -> None:
        assert directory == self.root / prefix, "a local draft lies where it is meant for"

    def fetch(self, prefix: str, files: dict[str, str]) -> Path:
        return self.root / prefix
