"""What of a recipe is compared, and under which key."""

from astor.run.comparing import flatten


def test_nested_options_have_dotted_keys_and_sources_their_places() -> None:
    options = {"name": "a", "data": {"sources": [{"type": "jsonl", "path": None}], "none": {}}, "sizes": [1, 2]}
    assert flatten(options) == {
        "name": "a",
        "data.sources.0.type": "jsonl",
        "data.sources.0.path": "null",
        "data.none": "{}",
        "sizes": "[1, 2]",
    }
