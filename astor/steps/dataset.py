"""dataset: a source → a prepared directory, part by part, so that a command that was killed goes on where it was."""

import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import chain, islice
from pathlib import Path

from pydantic import Field

from astor.data.prepared import VERIFICATION, ResumableWriter
from astor.data.sieve import Sieve, SieveOptions, Verify
from astor.data.source import Source
from astor.data.verification import verify_items
from astor.data.verification_cache import VerificationCache
from astor.errors import UserError
from astor.options import Options
from astor.records import Item, PreparedManifest, PreparedPart
from astor.run.code import code_digest
from astor.run.progress import report_progress
from astor.sandbox import SandboxOptions
from astor.sandbox.runner import JobRunner
from astor.storage import digest_json
from astor.tasks.prompt_counts import count_prompts


class DatasetOptions(Options):
    """How a source is prepared."""

    sieve: SieveOptions = SieveOptions()
    verify: bool = True
    """Whether every item's reference is run on its tests, and its mutants are made: minutes for thousands of items."""
    per_part: int = Field(default=5_000, ge=1)
    """Entries of the source for a part. Our choice: some 10 MB, and at most minutes of work to lose."""


@dataclass(frozen=True)
class Dataset:
    """What can be used of a source, at one place."""

    name: str
    """The source's, for people."""
    source: Source
    out: str
    """A local path or `s3://` URI."""
    options: DatasetOptions
    against: Mapping[str, Source]
    """What is evaluated, by name."""

    @cached_property
    def writer(self) -> ResumableWriter:
        """Writes at `out` what is made from this source, these options and this code."""
        sources = [each.identity() for each in (self.source, *self.against.values())]
        code = code_digest("records", "data", "tasks", "steps/dataset.py")
        return ResumableWriter(self.out, digest_json([sources, self.options.model_dump(mode="json"), code]))

    @property
    def needs_sandbox(self) -> bool:
        """Whether items are run: what is trusted is true as it is."""
        return self.options.verify and not self.source.trusted

    def write(self, sandbox: JobRunner | None) -> PreparedManifest:
        """Write what is not written yet; `sandbox` is given where `needs_sandbox` says so.

        Raises:
            UserError: the directory holds something else; or the source cannot be read, or nothing of it stays. Then
                no part of it stands.
        """
        assert (sandbox is not None) is self.needs_sandbox
        if (done := self.writer.finished()) is not None:
            return done
        sieve = Sieve(self.options.sieve, chain.from_iterable(each.items() for each in self.against.values()))
        parts = []
        for part, items in self.writer.standing_parts():
            sieve.remember(items)
            parts.append(part)
        with self._cache() if sandbox else nullcontext() as cache:
            verify = partial(verify_items, sandbox=sandbox, cache=cache) if sandbox else None
            parts += self._remaining(parts, sieve, verify)
        manifest = PreparedManifest.of(
            parts,
            self.source.left_out,
            format=self.source.format,
            source=self.name,
            made_from=self.writer.made_from,
            verified=self.options.verify,
            against=tuple(self.against),
        )
        if not manifest.kept:
            self.writer.start_over()
            reasons = ", ".join(f"{count} {reason}" for reason, count in manifest.dropped.items()) or "it is empty"
            raise UserError(f"Nothing of {self.name} can be used ({manifest.read} read: {reasons}): give other data.")
        return self.writer.finish(manifest)

    def _remaining(self, parts: Sequence[PreparedPart], sieve: Sieve, verify: Verify | None) -> Iterator[PreparedPart]:
        read, kept, started = sum(part.read for part in parts), sum(part.kept for part in parts), time.monotonic()
        left, before = self.source.items(), read
        deque(islice(left, read), maxlen=0)
        number = len(parts)
        while stretch := self._read(left):
            passed, dropped = sieve.sift(stretch, verify)
            prompts = count_prompts(passed)
            yield self.writer.add_part(number, passed, read=len(stretch), dropped=dropped, prompts=prompts)
            number, read, kept = number + 1, read + len(stretch), kept + len(passed)
            speed = (read - before) / (time.monotonic() - started)
            report_progress("prepare", read, 0, f"{kept} kept, {speed:.0f} a second")

    def _read(self, left: Iterator[Item]) -> list[Item]:
        try:
            return list(islice(left, self.options.per_part))
        except UserError:
            self.writer.start_over()  # Of a source that is mended no part that stands can be used.
            raise

    def _cache(self) -> AbstractContextManager[VerificationCache | None]:
        if "://" in self.out:
            return nullcontext()
        limits = SandboxOptions().limits.model_dump(mode="json")
        return VerificationCache(Path(self.out) / VERIFICATION, digest_json(limits)[:16])
