"""A writer of many parts, which goes on after those that stand, and leaves alone what others wrote."""

from collections.abc import Iterator, Mapping, Sequence

from pydantic import ValidationError

from astor.data.prepared.notes import WORK, Notes
from astor.data.prepared.writer import OURS, Writer
from astor.errors import UserError
from astor.records import MANIFEST, Item, PreparedManifest, PreparedPart
from astor.storage import digest_bytes


class ResumableWriter(Writer):
    """Writes what is made from one thing. Without a manifest the directory is not prepared, whatever lies there.

    A part is a matter of what it is made from and of the parts before it alone. It stands when a note says so.
    """

    def __init__(self, directory: str, made_from: str) -> None:
        """`made_from` is the digest of all that decides what is written."""
        super().__init__(directory)
        self.made_from = made_from
        self._notes = Notes(directory, made_from)

    def finished(self) -> PreparedManifest | None:
        """The manifest that was made from the same before; None where nothing was finished here.

        Raises:
            UserError: a manifest of something else is here, or without one anything that is not ours.
        """
        manifest = self._manifest()
        if manifest is None:
            self._require_ours()
        elif manifest.made_from != self.made_from:
            raise UserError(
                f"{self.directory} holds what was prepared from {manifest.source} with other data, options or code: "
                "name another --out, or replace it with --fresh."
            )
        return manifest

    def start_over(self) -> None:
        """Remove everything but what the sandbox found out; a UserError where anything is not ours."""
        self._manifest()
        self._require_ours()
        for name in (MANIFEST, WORK, "items"):
            self._store.remove(f"{self._key}/{name}")

    def standing_parts(self) -> Iterator[tuple[PreparedPart, list[Item]]]:
        """The parts that stand from the first on, with their items."""
        number = 0
        while (part := self._notes.read(f"{number:05d}", PreparedPart)) is not None:
            try:
                data = self._store.read(f"{self._key}/{part.file}")
            except FileNotFoundError:
                return
            if digest_bytes(data) != part.digest:
                return
            yield part, [Item.model_validate_json(line) for line in data.splitlines()]
            number += 1

    def add_part(
        self,
        number: int,
        items: Sequence[Item],
        *,
        read: int,
        dropped: Mapping[str, Sequence[str]],
        prompts: Mapping[str, int],
    ) -> PreparedPart:
        """Write part `number`, and then the note that it stands."""
        part = self.write_part(number, items, read=read, dropped=dropped, prompts=prompts)
        self._notes.write(f"{number:05d}", part)
        return part

    def _manifest(self) -> PreparedManifest | None:
        try:
            return PreparedManifest.model_validate_json(self._store.read(f"{self._key}/{MANIFEST}"))
        except ValidationError as error:
            raise UserError(f"{self.directory} holds a {MANIFEST} of something else: name another --out.") from error
        except NotADirectoryError as error:
            told = f"{self.directory} cannot be a directory, for a file is in its way: name another --out."
            raise UserError(told) from error
        except FileNotFoundError:
            return None

    def _require_ours(self) -> None:
        for name in self._names():
            if not OURS.match(name):
                raise UserError(f"{self.directory} holds {name}, which no preparation wrote: name another --out.")
