"""The page on every record: Markdown, made of the docstrings of its fields, with examples of a run."""

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.json_schema import models_json_schema

from astor.recipe.page import Page
from astor.recipe.schema import Untitled
from astor.records import (
    Batch,
    Champion,
    Completion,
    DataOrigin,
    Demonstration,
    GateDecision,
    Group,
    Item,
    ItemScore,
    PolicyCard,
    PreparedManifest,
    Prompt,
    PromptStatistics,
    Reference,
    Scores,
    State,
    Trajectory,
    UpdateReport,
    Verdict,
    read_jsonl,
)
from astor.records.collection import COLLECTION, Collection
from astor.run.environment import FILE as ENVIRONMENT
from astor.run.environment import Environment
from astor.run.parts import COLUMNS, LINES, ONE, read_part
from astor.run.result import Result
from astor.storage import MANIFEST, Manifest

HEAD = """\
# The fields of every record

`astor schema --records STORE` prints this page: it is made of the docstrings that stand under the fields, and its
examples are of what lies in STORE, here a run of the `miniature` recipe and a prepared directory. Lists in an example
are cut to their first {entries} entries, and texts to {characters} characters.

A step commits an artifact: a directory at a place, and in it `manifest.json`, which lists the parts and the SHA-256 of
each file. A part is one record as JSON, records as JSON Lines or Parquet, or a directory of other files. No record is
changed once it was committed.
"""
MODELS: Mapping[type[BaseModel], str] = {
    Manifest: f"`{MANIFEST}` of every artifact",
    Item: "`items/part-*.jsonl` of a prepared directory",
    PreparedManifest: f"`{MANIFEST}` of a prepared directory",
    Prompt: "",
    Reference: "",
    Demonstration: "",
    DataOrigin: "",
    Batch: "",
    Completion: "",
    Verdict: "",
    Group: "",
    State: "",
    PromptStatistics: "",
    UpdateReport: "",
    PolicyCard: "`policy.json` beside every policy's weights",
    Scores: "",
    ItemScore: "",
    Champion: "",
    GateDecision: "",
    Trajectory: "",
    Collection: f"`{COLLECTION}` of a directory that `astor data collect` writes",
    Environment: f"`{ENVIRONMENT}` of a run, a list of them",
    Result: "`results/ROUNDS.json` of a run, and the last line of `astor run`",
}
"""Record → its file, where it is not the part of an artifact."""
ENTRIES = 3
"""Entries of a list or a mapping that an example shows. Our choice."""
CHARACTERS = 160


def render_page(examples: Mapping[str, str]) -> str:
    """The page, with examples as `find_examples` has them, by the record's name."""
    _, schema = models_json_schema([(model, "validation") for model in MODELS], schema_generator=Untitled)
    names = {
        model.__name__: {"$ref": f"#/$defs/{model.__name__}", "description": f"{place or _parts(model)}."}
        for model, place in MODELS.items()
    }
    head = HEAD.format(entries=ENTRIES, characters=CHARACTERS)
    fenced = {name: f"```json\n{example}\n```" for name, example in examples.items()}
    return Page({"properties": names, "$defs": schema["$defs"]}, head, fenced).render()


def find_examples(store: Path) -> dict[str, str]:
    """Record → the first one of its kind that lies in the store, as JSON, cut to a length for people."""
    found: dict[str, str] = {}
    for record in _records(store):
        shown = json.dumps(_cut(record.model_dump(mode="json")), indent=1, ensure_ascii=False)
        found.setdefault(type(record).__name__, shown)
    return found


def _parts(model: type[BaseModel]) -> str:
    """The files of the parts of artifacts that hold the record."""
    kinds = ((ONE, "json"), (LINES, "jsonl"), (COLUMNS, "parquet"))
    return ", ".join(f"`{part}.{ending}`" for parts, ending in kinds for part in parts if parts[part] is model)


def _records(store: Path) -> Iterator[BaseModel]:
    """What is found in a store, the first places first."""
    for file in sorted(store.rglob(MANIFEST)):
        try:
            manifest = Manifest.model_validate_json(file.read_bytes())
        except ValidationError:
            prepared = PreparedManifest.model_validate_json(file.read_bytes())
            yield prepared
            yield from islice(read_jsonl(file.parent / prepared.parts[0].file, Item), 1)
            continue
        yield manifest
        for part in manifest.parts:
            content = read_part(file.parent / manifest.attempt / part, part)
            yield from content[:1] if isinstance(content, list) else [content] if isinstance(content, BaseModel) else ()
    for pattern, model in (("policy.json", PolicyCard), (COLLECTION, Collection)):
        yield from (model.model_validate_json(file.read_bytes()) for file in sorted(store.rglob(pattern)))
    for file in sorted(store.rglob(ENVIRONMENT)):
        yield Environment.model_validate(_facts(json.loads(file.read_bytes())[0]))
    for file in sorted(store.glob("runs/*/results/*.json")):
        yield Result.model_validate(_facts(json.loads(file.read_bytes())))


def _facts(sealed: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in sealed.items() if key != "checksum"}


def _cut(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) <= CHARACTERS else f"{value[:CHARACTERS]} …"
    if isinstance(value, list):
        return [_cut(each) for each in value[:ENTRIES]]
    if isinstance(value, dict):
        return {key: _cut(each) for key, each in value.items()}
    return value
