"""Untrusted texts, read by a parser."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar, Self

from astor.errors import UserError
from astor.sandbox.inside.parsers import PARSERS, TEXT_BYTES
from astor.sandbox.jobs.job import Job
from astor.sandbox.jobs.runs import request, unjudged, with_retry
from astor.sandbox.options import Limits
from astor.sandbox.results import Claim, Ending, Result
from astor.sandbox.workers.run import Run, Runs

OUTPUT_BYTES = 1 << 22
"""Bytes of claims that one child may make of texts: one text of 10 kB makes at most 50 kB of data."""

TEXTS_PER_CHILD = 64
"""Texts that one child parses: our choice, enough to share the cost of a fork, few enough to keep all workers busy."""

_MALFORMED = Claim("raised", exception="ValueError")


@dataclass(frozen=True, slots=True)
class ParseJob(Job):
    """Read untrusted `texts` with a parser of `astor.sandbox.inside.parsers`, each at most 10 kB of UTF-8.

    `entry` names what the program in a text defines, so that it is told from others beside it; empty where that is not
    known, or no program is read. The claim of a text that the parser can't read, or that is too large, is a ValueError.
    """

    type: ClassVar[str] = "parse"
    parser: Annotated[str, "a name of ours, which holds no surrogates"]
    texts: tuple[str, ...]
    entry: str = ""

    def parts(self) -> Sequence[Self]:
        """A job per child."""
        starts = range(0, len(self.texts), TEXTS_PER_CHILD)
        return [replace(self, texts=self.texts[start : start + TEXTS_PER_CHILD]) for start in starts] or (self,)

    def runs(self, limits: Limits) -> Runs:
        """One child reads text after text. Where it dies, the next starts with the text at which it died.

        The text at which a child dies first thing is malformed.
        """
        if self.parser not in PARSERS:
            raise UserError(f"There is no parser {self.parser!r}: the sandbox has {', '.join(sorted(PARSERS))}.")
        limits = limits.model_copy(update={"output_bytes": OUTPUT_BYTES})
        sizes = [len(text.encode("utf-8", "surrogatepass")) for text in self.texts]
        claims = {place: _MALFORMED for place, size in enumerate(sizes) if size > TEXT_BYTES}
        heap = [[place for place, size in enumerate(sizes) if size <= TEXT_BYTES]]
        cpu_seconds = 0.0
        while heap:
            left = heap.pop()
            if not left:
                continue
            asked = request(
                limits, mode="parse", parser=self.parser, entry=self.entry, texts=[self.texts[at] for at in left]
            )
            evidence = yield from with_retry(Run((asked,), (len(left),), limits))
            cpu_seconds += evidence.cpu_seconds
            if evidence.failure and len(left) > 1:
                half = len(left) // 2
                heap += [left[half:], left[:half]]
            elif evidence.failure and not evidence.forbidden:
                return unjudged(evidence)
            else:
                read = evidence.children[0].transcript.claims if evidence.children else ()
                claims.update(zip(left, read or (_MALFORMED,), strict=False))
                heap.append(left[max(1, len(read)) :])
        return Result(Ending.FINISHED, tuple(claims[place] for place in range(len(self.texts))), cpu_seconds, "")
