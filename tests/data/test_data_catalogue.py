from pathlib import Path

import pytest

from astor.data.catalogue import source_classes
from astor.errors import UserError

PLUGIN = """
from astor.data.jsonl import JsonlSource


class Mine(JsonlSource):
    pass


def sources():
    return {"NAME": Mine}
"""


def install(directory: Path, name: str) -> None:
    """What pip would leave of a package that offers a source."""
    (directory / f"their_{name}.py").write_text(PLUGIN.replace("NAME", name))
    info = directory / "their_sources-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: their-sources\nVersion: 1\n")
    (info / "entry_points.txt").write_text(f"[astor.sources]\ntheirs = their_{name}:sources\n")


def test_a_source_is_named_by_the_type_of_its_options() -> None:
    for name, source in source_classes().items():
        assert source.options_type.model_fields["type"].default == name


def test_sources_of_other_packages_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "mine")
    monkeypatch.syspath_prepend(tmp_path)
    assert source_classes()["mine"].__name__ == "Mine"


def test_a_name_is_given_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "mbpp")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(UserError, match="'mbpp', which is taken"):
        source_classes()
