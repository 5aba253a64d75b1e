"""Texts name only what exists."""

import re
from collections.abc import Iterator
from pathlib import Path

from typer.main import get_command

from astor.cli.main import app

ROOT = Path(__file__).parents[1]
PAGES = ["*.md", "docs/**/*.md", "astor/**/*.md"]
PLACES = [*PAGES, "astor/**/*.py", "components/*.py", "pipelines/*.py", "recipes/*.yaml"]
COMMAND = re.compile(r"(?:`|^ {4}|\$ |bin/|: )astor ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?", re.MULTILINE)
FILE = re.compile(r"`((?:astor|tests|docs|components|pipelines|recipes|benchmarks|images)/[a-z_][\w./-]*)`")
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)")


def texts(places: list[str]) -> Iterator[tuple[Path, str]]:
    for path in (path for place in places for path in ROOT.glob(place)):
        yield path, path.read_text()


def test_every_command_that_is_named_exists() -> None:
    commands = get_command(app).commands
    unknown = set()
    for path, text in texts(PLACES):
        for first, second in COMMAND.findall(text):
            below = getattr(commands.get(first), "commands", None)
            if first not in commands or (below and second and second not in below):
                unknown.add(f"{path.relative_to(ROOT)}: astor {first} {second}".strip())
    assert not unknown


def test_every_file_that_is_named_exists() -> None:
    missing = {
        f"{path.relative_to(ROOT)}: {name}"
        for path, text in texts(PLACES)
        for name in FILE.findall(text)
        if not (ROOT / name).exists()
    }
    assert not missing


def test_every_link_leads_to_a_file() -> None:
    missing = {
        f"{path.relative_to(ROOT)}: {link}"
        for path, text in texts(PAGES)
        for link in LINK.findall(text)
        if not (path.parent / link).exists()
    }
    assert not missing
