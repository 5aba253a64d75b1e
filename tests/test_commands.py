"""Every command that a text names exists."""

import re
from pathlib import Path

from typer.main import get_command

from astor.cli.main import app

ROOT = Path(__file__).parents[1]
PLACES = ["*.md", "docs/**/*.md", "astor/**/*.py", "components/*.py", "pipelines/*.py", "recipes/*.yaml"]
NAMED = re.compile(r"(?:`|^ {4}|\$ |bin/|: )astor ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?", re.MULTILINE)


def test_every_command_that_is_named_exists() -> None:
    commands = get_command(app).commands
    unknown = set()
    for path in (path for place in PLACES for path in ROOT.glob(place)):
        for first, second in NAMED.findall(path.read_text()):
            below = getattr(commands.get(first), "commands", None)
            if first not in commands or (below and second and second not in below):
                unknown.add(f"{path.relative_to(ROOT)}: astor {first} {second}".strip())
    assert not unknown
