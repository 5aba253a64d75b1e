"""Files that appear whole or not at all."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def draft_beside(path: Path) -> Iterator[Path]:
    """A place for a draft of `path`, in the same directory, which is made where there is none.

    The draft's name begins with a dot and `path`'s own, and is no other writer's. The draft is removed when the block
    ends.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}-{uuid.uuid4().hex[:12]}")
    try:
        yield draft
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A draft of `path` that takes its place at once when the block ends. Where the block raises, `path` stays."""
    with draft_beside(path) as draft:
        yield draft
        os.replace(draft, path)
