"""The parts of artifacts: which record each holds, and in which file."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from astor.records import (
    Batch,
    Champion,
    Completion,
    DataOrigin,
    Demonstration,
    GateDecision,
    Group,
    ItemScore,
    Power,
    Prompt,
    PromptStatistics,
    Record,
    Reference,
    Scores,
    State,
    Trajectory,
    UpdateReport,
    Verdict,
    read_json,
    read_jsonl,
    read_parquet,
    write_json,
    write_jsonl,
    write_parquet,
)

ONE: dict[str, type[Record]] = {
    "batch": Batch,
    "held_out": Batch,
    "promotion": Batch,
    "state": State,
    "report": UpdateReport,
    "scores": Scores,
    "greedy_scores": Scores,
    "decision": GateDecision,
    "champion": Champion,
    "power": Power,
}
"""Parts that are one record, in a JSON file."""

LINES: dict[str, type[Record]] = {
    "prompts": Prompt,
    "references": Reference,
    "demonstrations": Demonstration,
    "verdicts": Verdict,
    "greedy_verdicts": Verdict,
    "groups": Group,
    "items": ItemScore,
    "greedy_items": ItemScore,
    "trajectories": Trajectory,
    "origins": DataOrigin,
}
"""Parts that are records in a JSONL file."""

COLUMNS: dict[str, type[Record]] = {
    "completions": Completion,
    "greedy_completions": Completion,
    "prompt_statistics": PromptStatistics,
}
"""Parts that are records in a Parquet file."""

Payload = Record | Sequence[Record] | Callable[[Path], None]
"""What a part is written from: a record, records, or a function that fills a directory."""


def describe(name: str, payload: Payload) -> tuple[str, int]:
    """Schema name and count of a part, for its manifest."""
    if isinstance(payload, Record):
        return payload.schema_name(), 1
    if callable(payload):
        return f"{name.capitalize()}/1", 1
    return (LINES | COLUMNS)[name].schema_name(), len(payload)


def write_part(directory: Path, name: str, payload: Payload) -> None:
    """Write the part `name` into its directory."""
    if isinstance(payload, Record):
        write_json(directory / f"{name}.json", payload)
    elif callable(payload):
        payload(directory)
    elif name in LINES:
        write_jsonl(directory / f"{name}.jsonl", payload)
    else:
        write_parquet(directory / f"{name}.parquet", payload, COLUMNS[name])


def read_part(directory: Path, name: str) -> Any:
    """The record or records of the part `name`; of a part that is neither, its directory."""
    if name in ONE:
        return read_json(directory / f"{name}.json", ONE[name])
    if name in LINES:
        return list(read_jsonl(directory / f"{name}.jsonl", LINES[name]))
    if name in COLUMNS:
        return read_parquet(directory / f"{name}.parquet", COLUMNS[name])
    return directory
