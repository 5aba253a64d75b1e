"""The `astor` command."""

from astor.cli.main import main

__all__ = ["main"]
