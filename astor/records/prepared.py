"""What a prepared directory holds: parts of items, and a manifest that was written when all of them stood."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

from pydantic import AliasChoices, Field

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
    unverified: int = 0
    """Those of them whose tests no solution has been run on, for there is none."""
    dropped: dict[str, int] = {}
    """Reason → entries that were dropped."""
    dropped_ids: dict[str, tuple[str, ...]] = {}
    """Reason → ids of the first ten items that were dropped for it; empty in older ones."""
    prompts: dict[str, int] = {}
    """Task → prompts that its default options make of the items."""
    licences: dict[str, int] = {}
    """Licence → items."""


class PreparedManifest(Record):
    """`manifest.json` of a prepared directory. The sums are those of the parts, and what the reader itself left out."""

    schema_version: ClassVar[int] = 3

    format: str
    """The `type` of the source's options, as `mbpp`."""
    source: str
    """What was prepared, as it was named."""
    made_from: str = Field(validation_alias=AliasChoices("made_from", "plan"))
    """SHA-256 of the source's files, of every option and of the code. `plan` in version 1."""
    verified: bool
    """Whether every item that has a solution was found in the sandbox to hold what it claims, and got its mutants."""
    read: int
    """Entries of the source that were looked at."""
    kept: int
    """Items in all parts."""
    unverified: int = 0
    """Those of them whose tests no solution has been run on."""
    dropped: dict[str, int]
    """Reason → entries that were dropped, and those that the reader left out."""
    prompts: dict[str, int]
    """Task → prompts that its default options make of the items."""
    licences: dict[str, int]
    """Licence → items."""
    against: tuple[str, ...] = ()
    """Evaluation sources whose items were kept out."""
    parts: tuple[PreparedPart, ...]
    """The files that count."""
    probed: dict[str, int | float | str] = {}
    """The last difficulty probe: `policy`, `samples`, `items` and `mean`; empty where there was none."""

    @classmethod
    def of(
        cls,
        parts: Sequence[PreparedPart],
        left_out: Mapping[str, int],
        *,
        format: str,
        source: str,
        made_from: str,
        verified: bool,
        against: Sequence[str] = (),
    ) -> Self:
        """The manifest of `parts`; `left_out` is what the reader itself left out beside them, reason → entries."""
        return cls(
            format=format,
            source=source,
            made_from=made_from,
            verified=verified,
            against=tuple(against),
            read=sum(part.read for part in parts) + sum(left_out.values()),
            **_sums(parts, left_out),
        )

    def with_parts(self, parts: Sequence[PreparedPart]) -> Self:
        """The same manifest of other parts, that were made of these."""
        left_out = Counter(self.dropped) - _total(self.parts, "dropped")
        return self.model_copy(update=_sums(parts, left_out))

    @property
    def files(self) -> dict[str, str]:
        """Path of each part relative to the directory → SHA-256."""
        return {part.file: part.digest for part in self.parts}


def _sums(parts: Sequence[PreparedPart], left_out: Mapping[str, int]) -> dict[str, Any]:
    return {
        "parts": tuple(parts),
        "kept": sum(part.kept for part in parts),
        "unverified": sum(part.unverified for part in parts),
        "dropped": dict(sorted((_total(parts, "dropped") + Counter(left_out)).items())),
        "prompts": dict(sorted(_total(parts, "prompts").items())),
        "licences": dict(sorted(_total(parts, "licences").items())),
    }


def _total(parts: Sequence[PreparedPart], field: str) -> Counter[str]:
    return sum((Counter(getattr(part, field)) for part in parts), Counter())
