"""Digests: what a payload is, whoever wrote it, wherever it lies."""

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

OUTSIDE_DIGEST = frozenset({"policy.json", "tasks.json"})
"""File names that describe a payload without being part of it: they never change its digest."""


def digest_bytes(data: bytes) -> str:
    """SHA-256 of `data`, 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def digest_json(value: Any) -> str:
    """SHA-256 of `value` as canonical JSON: keys sorted, no white space."""
    return digest_bytes(json.dumps(value, sort_keys=True, separators=(",", ":")).encode())


def sealed(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts with a `checksum` of them, for a JSON file that no manifest lists."""
    return {**facts, "checksum": digest_json(facts)}


def unsealed(value: Any) -> dict[str, Any] | None:
    """The facts that were sealed; None where the value is not what was."""
    if not isinstance(value, dict) or "checksum" not in value:
        return None
    facts = {key: fact for key, fact in value.items() if key != "checksum"}
    return facts if value["checksum"] == digest_json(facts) else None


def digest_file(path: Path) -> str:
    """SHA-256 of a file's bytes, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def known_digest(path: Path) -> str:
    """`digest_file`, computed once in a process as long as the file's size and time of change stay what they were."""
    found = path.stat()
    return _digest(str(path.absolute()), found.st_size, found.st_mtime_ns)


@lru_cache(maxsize=1 << 16)
def _digest(path: str, size: int, changed: int) -> str:
    return digest_file(Path(path))


def list_files(directory: Path) -> dict[str, str]:
    """Relative POSIX path → SHA-256 of every file under `directory`, sorted by path."""
    return {
        path.relative_to(directory).as_posix(): digest_file(path)
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def digest_files(files: dict[str, str]) -> str:
    """One digest of a directory's payload, from the listing that `list_files` makes."""
    return digest_json({name: digest for name, digest in files.items() if Path(name).name not in OUTSIDE_DIGEST})


def digest_directory(directory: Path) -> str:
    """One digest of everything under `directory` that is payload."""
    return digest_files(list_files(directory))
