"""The page for platform teams has what its program prints."""

import runpy
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "platform.md").read_text()


@pytest.fixture(scope="module")
def sizing() -> dict[str, Any]:
    program = runpy.run_path(str(ROOT / "benchmarks" / "sizing.py"))
    return program | {"found": dict(program["rows"]())}


def test_its_tables_are_those_of_the_plan(sizing: dict[str, Any]) -> None:
    for lines in sizing["tables"](sizing["found"]):
        assert "\n".join(lines) in PAGE, "python benchmarks/sizing.py prints it anew"


def test_from_one_and_a_half_billion_parameters_on_segments_lose_less_than_a_tenth(sizing: dict[str, Any]) -> None:
    shares = {name: row["shares"][0] for name, row in sizing["found"].items() if "shares" in row}
    assert shares.pop("0.5B") > 0.1
    assert all(0 < share < 0.1 for share in shares.values()), shares
