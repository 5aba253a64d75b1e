"""Runs of the miniature recipe in a directory of their own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from astor.recipe.load import load_recipe
from astor.steps.run import Run


@pytest.fixture
def miniature(tmp_path: Path) -> Callable[..., Run]:
    """`miniature(**{"dotted.key": value})`."""

    def make(**overrides: Any) -> Run:
        return Run(str(tmp_path / "store"), load_recipe("miniature", overrides))

    return make
