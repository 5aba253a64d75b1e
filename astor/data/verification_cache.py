"""What the sandbox found out about items, by digest of their programs and tests, so that nothing is run twice."""

import json
import sqlite3
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from astor.errors import UserError
from astor.storage import digest_bytes


class Finding(NamedTuple):
    """Why an item must go, empty where it may stay; which of its references is right; the places of the mutants that
    count; which test told."""

    reason: str
    reference: int = 0
    mutants: tuple[int, ...] = ()
    detail: str = ""


class VerificationCache:
    """A SQLite file, of constant memory however large. A context manager.

    `scope` names everything besides programs and tests that decides how they end, as the sandbox's limits; the version
    of Python is added. Findings of another scope are not found.
    """

    def __init__(self, path: Path, scope: str) -> None:
        self.path, self.scope = path, f"{sys.version_info.major}.{sys.version_info.minor}/{scope}"

    @cached_property
    def _file(self) -> sqlite3.Connection:
        """Made when something is asked or kept: of a source that cannot be read nothing is left behind."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = sqlite3.connect(self.path, timeout=60)
        with self._told():
            file.execute("CREATE TABLE IF NOT EXISTS findings (key TEXT PRIMARY KEY, found TEXT) WITHOUT ROWID")
        return file

    def find(self, keys: Sequence[str]) -> dict[str, Finding]:
        """What is known of the keys. A row that is not as it was written is not known."""
        found = {}
        for key in keys:
            with self._told():
                row = self._file.execute("SELECT found FROM findings WHERE key = ?", (self._key(key),)).fetchone()
            digest, _, text = row[0].partition(" ") if row else ("", "", "")
            if row and digest == digest_bytes(text.encode()):
                reason, reference, mutants, detail = json.loads(text)
                found[key] = Finding(reason, reference, tuple(mutants), detail)
        return found

    def keep(self, found: Mapping[str, Finding]) -> None:
        """Remember findings; they are on the disk afterwards."""
        texts = {key: json.dumps(finding) for key, finding in found.items()}
        rows = [(self._key(key), f"{digest_bytes(text.encode())} {text}") for key, text in texts.items()]
        with self._told(), self._file:
            self._file.executemany("INSERT OR REPLACE INTO findings VALUES (?, ?)", rows)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorname", "") not in ("SQLITE_NOTADB", "SQLITE_CORRUPT"):
                raise
            raise UserError(f"{self.path} is damaged ({error}): remove it, it is only a cache.") from error

    def _key(self, key: str) -> str:
        return f"{self.scope}/{key}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if "_file" in self.__dict__:
            self._file.close()
