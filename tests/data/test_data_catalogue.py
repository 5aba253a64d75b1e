from collections.abc import Callable

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


def test_a_source_is_named_by_the_type_of_its_options() -> None:
    for name, source in source_classes().items():
        assert source.options_type.model_fields["type"].default == name


def test_sources_of_other_packages_are_found(installed: Callable[[str, str, str], None]) -> None:
    installed("astor.sources", PLUGIN.replace("NAME", "mine"), "sources")
    assert source_classes()["mine"].__name__ == "Mine"


def test_a_name_is_given_once(installed: Callable[[str, str, str], None]) -> None:
    installed("astor.sources", PLUGIN.replace("NAME", "mbpp"), "sources")
    with pytest.raises(UserError, match="'mbpp', which is taken"):
        source_classes()
