"""What was damaged after it was committed: found before it is used, and told in one sentence."""

import errno
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from astor.errors import UserError
from astor.storage.digest import known_digest

GONE = (errno.ENOENT, errno.ENOTDIR, errno.EISDIR)


class DamagedError(UserError):
    """What lies at a place is not what was committed there."""

    def __init__(self, uri: str, reason: str) -> None:
        self.uri, self.reason = uri, reason
        super().__init__(f"{uri} is damaged ({reason}): remove it and run again what made it, which makes it anew.")

    def __reduce__(self) -> tuple[type[Self], tuple[str, str]]:
        """How it comes from one process to another."""
        return type(self), (self.uri, self.reason)


def find_damage(directory: Path, files: Mapping[str, str]) -> str | None:
    """What is wrong with the first file that is not as `files` has it (path below `directory` → SHA-256), or None.

    A file is read once in a process, as long as it stays as it is.
    """
    for name, digest in files.items():
        try:
            found = known_digest(directory / name)
        except OSError as error:
            if error.errno in GONE:
                return f"{name} is missing"
            if error.errno == errno.EIO:
                return f"{name} cannot be read from its disk"
            raise
        if found != digest:
            return f"{name} is not what was committed"
    return None
