"""dataset: a source → a prepared directory, part by part, so that a command that was killed goes on where it was.

Beside what `PreparedManifest` describes lie, until the manifest is written, `work/PLAN/00000.json` and so on: one
`PreparedPart` for each part that stands. A part is a matter of the plan and of the parts before it alone. The file
`verification.sqlite` holds what the sandbox found out; it stays, for the next preparation in the same place.
"""

import re
import time
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from itertools import chain, islice
from pathlib import Path

from pydantic import Field, ValidationError

from astor.data.sieve import Sieve, SieveOptions, Verify
from astor.data.source import Source
from astor.data.verification import verify_items
from astor.data.verification_cache import VerificationCache
from astor.errors import UserError
from astor.options import Options
from astor.records import MANIFEST, Item, PreparedManifest, PreparedPart, Split
from astor.run.code import code_digest
from astor.run.progress import report_progress
from astor.sandbox import SandboxOptions
from astor.sandbox.runner import JobRunner
from astor.storage import digest_bytes, digest_file, digest_json, locate
from astor.tasks.catalogue import task_classes
from astor.tasks.task import Task

OWN = re.compile(r"manifest\.json$|verification\.sqlite|items/\.?part-|work/[0-9a-f]{16}/|\.(manifest|removed)")
"""How the names of files begin that a preparation writes below its directory, drafts of them included."""


class DatasetOptions(Options):
    """How a source is prepared."""

    sieve: SieveOptions = SieveOptions()
    verify: bool = True
    """Whether every item's reference is run on its tests, and its mutants are made: minutes for thousands of items."""
    per_part: int = Field(default=5_000, ge=1)
    """Entries of the source for a part. Our choice: some 10 MB, and at most minutes of work to lose."""


class Preparation:
    """One plan, one directory. Without a manifest the directory is not prepared, whatever lies there."""

    def __init__(
        self, name: str, source: Source, out: str, options: DatasetOptions, against: Mapping[str, Source]
    ) -> None:
        """`name` is the source's for people, `out` a local path or `s3://` URI, `against` what is evaluated, by name.

        Raises:
            UserError: the directory holds what another plan made.
        """
        self.name, self.source, self.out, self.options, self.against = name, source, out, options, against
        self.plan = digest_json(
            [
                [_contents(each.options) for each in (source, *against.values())],
                options.model_dump(mode="json"),
                code_digest("records", "data", "tasks", "steps/dataset.py"),
            ]
        )
        self.store, self.key = locate(out)
        self.tasks: list[Task] = [task(task.options_type()) for task in task_classes().values()]

    def finished(self) -> PreparedManifest | None:
        """The manifest that this plan made before; None where nothing was finished here.

        Raises:
            UserError: another plan's manifest is here, or without one anything that no preparation wrote.
        """
        manifest = self._manifest()
        if manifest is None:
            self._require_ours()
        elif manifest.plan != self.plan:
            raise UserError(
                f"{self.out} holds what was prepared from {manifest.source} with other data, options or code: "
                "name another --out, or replace it with --fresh."
            )
        return manifest

    def _manifest(self) -> PreparedManifest | None:
        try:
            return PreparedManifest.model_validate_json(self.store.read(f"{self.key}/{MANIFEST}"))
        except ValidationError as error:
            raise UserError(f"{self.out} holds a {MANIFEST} of something else: name another --out.") from error
        except NotADirectoryError as error:
            told = f"{self.out} cannot be a directory, for a file is in its way: name another --out."
            raise UserError(told) from error
        except FileNotFoundError:
            return None

    def _require_ours(self) -> None:
        for key in self.store.keys(self.key):
            if not OWN.match(name := key.removeprefix(f"{self.key}/")):
                raise UserError(f"{self.out} holds {name}, which no preparation wrote: name another --out.")

    @property
    def needs_sandbox(self) -> bool:
        """Whether items are run: what is trusted is true as it is."""
        return self.options.verify and not self.source.trusted

    def start_over(self) -> None:
        """Remove everything but what the sandbox found out; a UserError where anything is not ours."""
        self._manifest()
        self._require_ours()
        for name in (MANIFEST, "work", "items"):
            self.store.remove(f"{self.key}/{name}")

    def run(self, sandbox: JobRunner | None) -> PreparedManifest:
        """Prepare what is not prepared yet; `sandbox` is given where `needs_sandbox` says so.

        Raises:
            UserError: the source cannot be read, or nothing of it stays. Then no part of it stands.
        """
        assert (sandbox is not None) is self.needs_sandbox
        if (done := self.finished()) is not None:
            return done
        sieve = Sieve(self.options.sieve, chain.from_iterable(each.items() for each in self.against.values()))
        parts = []
        for part, items in self._standing():
            sieve.remember(items)
            parts.append(part)
        with self._cache() if sandbox else nullcontext() as cache:
            verify = partial(verify_items, sandbox=sandbox, cache=cache) if sandbox else None
            parts += self._remaining(parts, sieve, verify)
        manifest = self._sum(parts)
        if not manifest.kept:
            self.start_over()
            reasons = ", ".join(f"{count} {reason}" for reason, count in manifest.dropped.items()) or "it is empty"
            raise UserError(f"Nothing of {self.name} can be used ({manifest.read} read: {reasons}): give other data.")
        self.store.replace(f"{self.key}/{MANIFEST}", manifest.model_dump_json(indent=1).encode())
        self.store.remove(f"{self.key}/work")
        return manifest

    def _remaining(self, parts: Sequence[PreparedPart], sieve: Sieve, verify: Verify | None) -> Iterator[PreparedPart]:
        read, kept, started = sum(part.read for part in parts), sum(part.kept for part in parts), time.monotonic()
        left, before = self.source.items(), read
        deque(islice(left, read), maxlen=0)
        number = len(parts)
        while stretch := self._read(left):
            passed, dropped = sieve.sift(stretch, verify)
            yield self._commit(number, len(stretch), passed, dropped)
            number, read, kept = number + 1, read + len(stretch), kept + len(passed)
            speed = (read - before) / (time.monotonic() - started)
            report_progress("prepare", read, 0, f"{kept} kept, {speed:.0f} a second")

    def _read(self, left: Iterator[Item]) -> list[Item]:
        try:
            return list(islice(left, self.options.per_part))
        except UserError:
            self.start_over()  # Of a source that is mended no part that stands can be used.
            raise

    def _commit(self, number: int, read: int, items: Sequence[Item], dropped: Mapping[str, int]) -> PreparedPart:
        """Write the part, and then that it stands."""
        data = "".join(f"{item.model_dump_json()}\n" for item in items).encode()
        prompts: Counter[str] = Counter()
        for task in self.tasks:
            prompts[task.key] += sum(1 for item in items for _ in task.examples(item, Split.TRAIN))
        part = PreparedPart(
            file=f"items/part-{number:05d}.jsonl",
            digest=digest_bytes(data),
            read=read,
            kept=len(items),
            dropped=dropped,
            prompts=+prompts,
            licences=Counter(item.licence for item in items),
        )
        self.store.replace(f"{self.key}/{part.file}", data)
        self.store.replace(self._note(number), part.model_dump_json().encode())
        return part

    def _standing(self) -> Iterator[tuple[PreparedPart, list[Item]]]:
        """The parts that stand from the first on, with their items."""
        for number in range(1 << 30):
            try:
                part = PreparedPart.model_validate_json(self.store.read(self._note(number)))
                data = self.store.read(f"{self.key}/{part.file}")
            except FileNotFoundError:
                return
            if digest_bytes(data) != part.digest:
                return
            yield part, [Item.model_validate_json(line) for line in data.splitlines()]

    def _note(self, number: int) -> str:
        return f"{self.key}/work/{self.plan[:16]}/{number:05d}.json"

    def _cache(self) -> AbstractContextManager[VerificationCache | None]:
        if "://" in self.out:
            return nullcontext()
        limits = SandboxOptions().limits.model_dump(mode="json")
        return VerificationCache(Path(self.out) / "verification.sqlite", digest_json(limits)[:16])

    def _sum(self, parts: Sequence[PreparedPart]) -> PreparedManifest:
        def total(name: str) -> Counter[str]:
            return sum((Counter(getattr(part, name)) for part in parts), Counter())

        unread = self.source.left_out
        return PreparedManifest(
            format=self.source.options.type,  # type: ignore[attr-defined]  # every source's options have one
            source=self.name,
            plan=self.plan,
            verified=self.options.verify,
            read=sum(part.read for part in parts) + unread.total(),
            kept=sum(part.kept for part in parts),
            dropped=dict(sorted((total("dropped") + unread).items())),
            prompts=dict(sorted(total("prompts").items())),
            licences=dict(sorted(total("licences").items())),
            against=tuple(self.against),
            parts=tuple(parts),
        )


def _contents(options: Options) -> list[object]:
    """What the options say, and what lies where they point: a file's digest, a directory's names and sizes."""
    place = Path(str(getattr(options, "path", "")))
    if place.is_file():
        lies: object = digest_file(place)
    elif (place / MANIFEST).is_file():
        lies = digest_file(place / MANIFEST)
    elif place.name and place.is_dir():
        files = (path for path in place.rglob("*") if path.is_file())
        lies = sorted((path.relative_to(place).as_posix(), path.stat().st_size) for path in files)
    else:
        lies = None
    return [options.model_dump(mode="json"), lies]
