"""Collected trajectories as a source."""

from pathlib import Path

import pytest

from astor.data.splits import SplitOptions
from astor.data.trajectories import TrajectoriesOptions, TrajectoriesSource
from astor.errors import UserError


def test_a_directory_whose_collection_cannot_be_read_is_no_source(tmp_path: Path) -> None:
    for name in ("collection.json", "manifest.json"):
        (tmp_path / name).write_text("{}")
    with pytest.raises(UserError, match="cannot be read as a collection"):
        next(TrajectoriesSource(TrajectoriesOptions(path=str(tmp_path)), SplitOptions()).items())
