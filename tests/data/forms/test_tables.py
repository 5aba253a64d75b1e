"""Every form comes through a table: as rows of Parquet, and as cells of CSV."""

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from astor.data.formats import open_source
from astor.records import Item
from tests.data.forms.test_function_forms import FORMS as FUNCTIONS
from tests.data.forms.test_problem_forms import FORMS as PROBLEMS

FORMS: dict[str, dict[str, Any]] = PROBLEMS | FUNCTIONS


def items(path: Path) -> list[Item]:
    return list(open_source(str(path)).items())


def as_lines(path: Path, record: dict[str, Any]) -> Path:
    path.write_text(json.dumps(record))
    return path


def as_csv(path: Path, record: dict[str, Any], write: Any) -> Path:
    cells = {name: value if isinstance(value, str) else write(value) for name, value in record.items()}
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(record))
        writer.writeheader()
        writer.writerow({name: "" if record[name] is None else cell for name, cell in cells.items()})
    return path


@pytest.mark.parametrize("form", FORMS)
def test_rows_and_cells_are_what_lines_are(tmp_path: Path, form: str) -> None:
    record = FORMS[form]
    expected = items(as_lines(tmp_path / "x.jsonl", record))
    pq.write_table(pa.Table.from_pylist([record]), tmp_path / "x.parquet")
    as_csv(tmp_path / "x.csv", record, json.dumps)
    as_csv(tmp_path / "x.tsv", record, repr)
    for name in ("x.parquet", "x.csv", "x.tsv"):
        found = items(tmp_path / name)
        assert [item.content for item in found] == [item.content for item in expected], name
