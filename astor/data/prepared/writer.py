"""The writer: parts first, then the manifest that names them, and last what it no longer names goes."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from astor.data.own_tests import has_reference
from astor.data.prepared.notes import WORK
from astor.data.prepared.reader import read_part
from astor.records import MANIFEST, Item, PreparedManifest, PreparedPart
from astor.storage import digest_bytes, locate

VERIFICATION = "verification.sqlite"
"""Name of the file in a local directory that holds what the sandbox found out."""
OURS = re.compile(
    r"manifest\.json$|verification\.sqlite|\.(manifest|removed)"
    r"|items/(part-\d{5}(-[0-9a-f]{8})?\.jsonl$|\.part-\d{5})"
    rf"|{WORK}/[0-9a-f]{{16}}/"
)
"""How the names of files begin that are written below a prepared directory, drafts of them included."""

NAMED = 10
"""Most ids of dropped items that a part names for each reason. Our choice: what a person looks at."""

Change = Callable[[Item], Item | str]
"""An item → what stands in its place, or the reason for which nothing does."""
CountPrompts = Callable[[Sequence[Item]], Mapping[str, int]]
"""Items → task → prompts that it makes of them."""


class Writer:
    """Writes below a local path or `s3://` URI. Whoever reads finds the items as they were, or all of the new ones."""

    def __init__(self, directory: str) -> None:
        self.directory = directory
        self._store, self._key = locate(directory)

    def write_part(
        self,
        number: int,
        items: Sequence[Item],
        *,
        read: int,
        dropped: Mapping[str, Sequence[str]],
        prompts: Mapping[str, int],
        beside: bool = False,
    ) -> PreparedPart:
        """Write part `number`, of `read` entries of the source. It counts when a manifest names it.

        `dropped` has the ids of the items that do not stay, by reason.
        With `beside` the file's name holds its digest, so that the part that had this number stays until then.
        """
        data = "".join(f"{item.model_dump_json()}\n" for item in items).encode()
        digest = digest_bytes(data)
        part = PreparedPart(
            file=f"items/part-{number:05d}{f'-{digest[:8]}' if beside else ''}.jsonl",
            digest=digest,
            read=read,
            kept=len(items),
            unverified=sum(not has_reference(item.content) for item in items),
            dropped={reason: len(ids) for reason, ids in dropped.items()},
            dropped_ids={reason: tuple(ids[:NAMED]) for reason, ids in dropped.items()},
            prompts=dict(prompts),
            licences=Counter(item.licence for item in items),
        )
        self._store.replace(f"{self._key}/{part.file}", data)
        return part

    def rewrite(self, manifest: PreparedManifest, change: Change, count_prompts: CountPrompts) -> PreparedManifest:
        """Write those parts anew in which `change` changes an item; the manifest that would name them, to finish with.

        Prompts are counted again where an item goes.
        """
        parts = enumerate(manifest.parts)
        return manifest.with_parts([self._changed(number, part, change, count_prompts) for number, part in parts])

    def _changed(self, number: int, part: PreparedPart, change: Change, count_prompts: CountPrompts) -> PreparedPart:
        before = list(read_part(self.directory, part))
        changed = [change(item) for item in before]
        if changed == before:
            return part
        items = [item for item in changed if isinstance(item, Item)]
        dropped: defaultdict[str, list[str]] = defaultdict(list)
        for item, reason in zip(before, changed, strict=True):
            if isinstance(reason, str):
                dropped[reason].append(item.id)
        prompts = part.prompts if len(items) == len(before) else count_prompts(items)
        new = self.write_part(number, items, read=part.read, dropped=dropped, prompts=prompts, beside=True)
        return new.model_copy(
            update={
                "dropped": dict(Counter(part.dropped) + Counter(new.dropped)),
                "dropped_ids": {
                    reason: (*part.dropped_ids.get(reason, ()), *new.dropped_ids.get(reason, ()))[:NAMED]
                    for reason in part.dropped_ids | new.dropped_ids
                },
            }
        )

    def finish(self, manifest: PreparedManifest) -> PreparedManifest:
        """Let `manifest` be the directory's, at once; parts that it does not name and unfinished work go."""
        self._store.replace(f"{self._key}/{MANIFEST}", manifest.model_dump_json(indent=1).encode())
        for name in self._names("items"):
            if OURS.match(name) and name not in manifest.files:
                self._store.remove(f"{self._key}/{name}")
        if all(OURS.match(name) for name in self._names(WORK)):
            self._store.remove(f"{self._key}/{WORK}")
        return manifest

    def _names(self, folder: str = "") -> Iterator[str]:
        """Paths of all files, or of those in the folder, relative to the directory."""
        keys = self._store.keys(f"{self._key}/{folder}".rstrip("/"))
        return (key.removeprefix(f"{self._key}/") for key in keys)
