"""A policy as a directory that transformers and vLLM load as it is."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from astor.errors import UserError
from astor.policies.base_model import README
from astor.policies.card import base_place, find_card, policy_directory

ADAPTER = "adapter_config.json"
BASE = "base_model_name_or_path"
"""Where peft, transformers and vLLM read which model an adapter belongs to."""
OWN_OF_BASE = ("config.json", "generation_config.json")
"""With them transformers takes the directory for a whole model."""


def export_policy(source: Path, directory: Path, card: str, merged: bool) -> str:
    """Write the policy in `source` into the new or empty `directory`, with its model card as README.md; the place of
    the base that it needs beside it, empty where it needs none. The directory is there whole or not at all.

    An adapter stays one, and names the directory of its base on this machine; with `merged` it is made part of its
    base's weights.

    Raises:
        UserError: the directory holds something, or an adapter's base is gone.
    """
    found = find_card(source)
    base = ""
    if found is not None and found.base is not None:
        base = str(policy_directory(base_place(source, found.base)).absolute())
    with _filling(directory) as draft:
        if base and merged:
            from astor.policies.adapted import write_merged  # torch

            write_merged(source, draft)
            base = ""
        else:
            shutil.copytree(source, draft, dirs_exist_ok=True)
        if base:
            for name in OWN_OF_BASE:
                (draft / name).unlink(missing_ok=True)
            config = json.loads((draft / ADAPTER).read_text())
            (draft / ADAPTER).write_text(json.dumps(config | {BASE: base}, indent=2) + "\n")
        (draft / README).write_text(card)
    return base


@contextmanager
def _filling(directory: Path) -> Iterator[Path]:
    """A directory that takes the place of `directory`, which must be empty or not there, when the block ends."""
    if directory.exists() and not directory.is_dir():
        raise UserError(f"{directory} is a file: name a new directory.")
    if directory.is_dir() and any(directory.iterdir()):
        raise UserError(f"{directory} is not empty: name a new directory, or an empty one.")
    directory.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(mkdtemp(dir=directory.parent, prefix=f".{directory.name}-"))
    try:
        yield draft
        mask = os.umask(0)
        os.umask(mask)
        draft.chmod(0o777 & ~mask)  # what was made for one user's temporary files is for whoever may read
        try:
            draft.rename(directory)
        except OSError as error:
            raise UserError(f"{directory} cannot be written ({error.strerror}): name a new directory.") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
