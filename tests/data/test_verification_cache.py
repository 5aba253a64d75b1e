"""What the sandbox found out is believed as long as it is what was written."""

import sqlite3
from pathlib import Path

import pytest

from astor.data.verification_cache import Finding, VerificationCache
from astor.errors import UserError

FOUND = {"a": Finding("fails", mutants=(0, 2), detail="the first"), "b": Finding("")}


def test_a_row_that_was_changed_is_not_known(tmp_path: Path) -> None:
    path = tmp_path / "v.sqlite"
    with VerificationCache(path, "limits") as cache:
        cache.keep(FOUND)
        assert cache.find(["a", "b", "c"]) == FOUND
    with sqlite3.connect(path) as file:
        file.execute("UPDATE findings SET found = replace(found, 'fails', 'gails')")
    with VerificationCache(path, "limits") as cache:
        assert cache.find(["a", "b"]) == {"b": FOUND["b"]}


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "v.sqlite").write_bytes(b"no database" * 100)
    with (
        VerificationCache(tmp_path / "v.sqlite", "limits") as cache,
        pytest.raises(UserError, match=r"v\.sqlite is damaged \(file is not a database\): remove it"),
    ):
        cache.find(["a"])
