"""What a prepared directory holds: parts of items, and a manifest that was written when all of them stood."""

from typing import ClassVar

from astor.records.record import Record

MANIFEST = "manifest.json"
"""Name of the manifest in the directory. Without it the directory is not prepared, whatever else lies there."""


class PreparedPart(Record):
    """One file of items, and what reading its stretch of the source came to."""

    file: str
    """Path relative to the directory, as `items/part-00000.jsonl`: only files that the manifest names count."""
    digest: str
    """SHA-256 of the file."""
    read: int
    """Entries of the source that were looked at for this part."""
    kept: int
    """Items in the file."""
    dropped: dict[str, int] = {}
    """Reason → entries that were dropped."""
    prompts: dict[str, int] = {}
    """Task → prompts that its default options make of the items."""
    licences: dict[str, int] = {}
    """Licence → items."""


class PreparedManifest(Record):
    """`manifest.json` of a prepared directory. The sums are those of the parts, and what the reader itself left out."""

    schema_version: ClassVar[int] = 1

    format: str
    """The `type` of the source's options, as `mbpp`."""
    source: str
    """What was prepared, as it was named."""
    plan: str
    """SHA-256 of the source's files and of every option: the same plan continues or finds what it made before."""
    verified: bool
    """Whether every item was found in the sandbox to hold what it claims, and got its mutants."""
    read: int
    kept: int
    dropped: dict[str, int]
    prompts: dict[str, int]
    licences: dict[str, int]
    against: tuple[str, ...] = ()
    """Evaluation sources whose items were kept out."""
    parts: tuple[PreparedPart, ...]
    probed: dict[str, int | float | str] = {}
    """The last difficulty probe: `policy`, `samples`, `items` and `mean`; empty where there was none."""

    @property
    def files(self) -> dict[str, str]:
        """Path of each part relative to the directory → SHA-256."""
        return {part.file: part.digest for part in self.parts}
