"""Prepared directories are read as they were written, part by part, and damage is named."""

import json
from pathlib import Path

import pytest
from prepared_items import names, open_prepared, write

from astor.data.prepared import read_manifest
from astor.errors import UserError


def test_items_are_read_in_order(tmp_path: Path) -> None:
    write(tmp_path / "out", "ab", "c")
    assert names(tmp_path / "out") == "abc"
    assert not open_prepared(tmp_path / "out").trusted


def test_a_directory_in_a_bucket_is_read(s3_prefix: str) -> None:
    write(f"{s3_prefix}/out", "ab", "c")
    assert names(f"{s3_prefix}/out") == "abc"


def test_what_is_none_or_damaged_is_named(tmp_path: Path) -> None:
    directory = tmp_path / "out"
    write(directory, "ab", "c")
    with pytest.raises(UserError, match="is no prepared directory"):
        open_prepared(tmp_path)
    (directory / "items" / "part-00001.jsonl").unlink()
    with pytest.raises(UserError, match=r"items/part-00001\.jsonl is missing"):
        names(directory)
    (directory / "manifest.json").write_text("{}")
    with pytest.raises(UserError, match=r"manifest\.json of .* cannot be read"):
        open_prepared(directory)


def test_a_manifest_of_the_first_version_is_read(tmp_path: Path) -> None:
    written = write(tmp_path, "ab")
    older = json.loads(written.model_dump_json())
    older["plan"] = older.pop("made_from")
    (tmp_path / "manifest.json").write_text(json.dumps(older))
    assert read_manifest(str(tmp_path)) == written
