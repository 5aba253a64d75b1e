"""Data sets of the Hugging Face hub, as local JSONL files."""

import json
import os
import re
from pathlib import Path
from typing import Any

from astor.errors import UserError
from astor.storage import replacing

NAME = re.compile(r"(?P<name>[\w.-]+/[\w.-]+)(@(?P<config>[\w.-]+))?(:(?P<split>[\w.-]+))?")
"""`owner/name`, with `@config` and `:split` where the data set has several."""


def fetch(text: str) -> Path:
    """The records of a data set, as `datasets` gives them, one JSON object a line; kept under the user's cache.

    Raises:
        UserError: `datasets` is not installed, the hub cannot be reached, there is no such data set, it has several
            configurations or splits and none is named, or no records.
    """
    match = NAME.fullmatch(text)
    assert match is not None, "whoever calls has looked at the name"
    cache = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "astor" / "hub"
    path = cache / f"{text.replace('/', '--')}.jsonl"
    if path.is_file():
        return path
    try:
        from datasets import get_dataset_split_names, load_dataset
    except ImportError as error:
        raise UserError(f"{text} is a name on the hub, which datasets reads: pip install 'astor-rl[hub]'.") from error
    name, config, split = match["name"], match["config"], match["split"]
    try:
        if split is None:
            split = _only_split(text, get_dataset_split_names(name, config))
        records = load_dataset(name, config, split=split, streaming=True)
        with replacing(path) as draft:
            with draft.open("w") as file:
                file.writelines(json.dumps(record, default=str) + "\n" for record in records)
            if not draft.stat().st_size:
                raise UserError(f"{text} has no records: name another split, or other data.")
    except (OSError, ValueError, RuntimeError) as error:
        # What `datasets` and the hub's client raise is of one of these types, whatever the reason.
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        told = f"{text} cannot be had from the hub ({reason}): check name and network, or give a file."
        raise UserError(told) from error
    return path


def _only_split(text: str, splits: Any) -> str:
    if len(splits) != 1:
        example = f"{text}:{next(iter(splits), 'train')}"
        raise UserError(f"{text} has the splits {', '.join(splits)}: name one, as {example}.")
    return str(splits[0])
