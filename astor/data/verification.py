"""Finds out in the sandbox whether items that others wrote are what they claim to be, and which mutants they get."""

import marshal
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from random import Random
from typing import NamedTuple

from astor.data.calls import arguments_of, result_of
from astor.data.mutation import draw_mutants
from astor.data.own_tests import UNKNOWN, own_tests, references, what_is_wrong
from astor.data.verification_cache import Finding, VerificationCache
from astor.records import Call, Function, Item, Program
from astor.sandbox import CallsJob, Claim, Ending, Job, Result, same_value
from astor.sandbox.runner import JobRunner
from astor.storage import digest_json
from astor.tolerance import Tolerance

CANDIDATES = 12
"""Mutants of a function that are run, drawn by its structural hash. Our choice: some loop until their time is over."""
KEPT = 5
"""Mutants of a function that are kept. Our choice: each is one more program per prompt of the unit-test task."""
BATCH = 256
"""Items whose programs are run together. Our choice: work enough for every core, little to do again after a stop."""
RULES = 3
"""Raised when this module finds otherwise about the same programs: what is cached then counts no more."""


class Verified(NamedTuple):
    """An item, with those of its mutants that count, and why it must go: empty where it may stay."""

    item: Item
    reason: str
    detail: str = ""
    """Which test told, and what came of it: for people."""


def verify_items(
    items: Iterable[Item], sandbox: JobRunner, cache: VerificationCache | None = None, *, mutants: bool = True
) -> Iterator[Verified]:
    """Every item with what the sandbox found out about it, in order, a few hundred at a time.

    A function stays when it passes its own tests, with those of its mutants that end, do not raise on every call, give
    another result than the function on some call, and do not do the same as another mutant on all of them. Without
    mutants of its own it is given some. A program stays when a solution passes its tests. Of several solutions the
    first that passes counts, and those before it go. What has tests and no solution stays, and so do all other items,
    as they are. With `mutants=False` references alone are run, and mutants stay as they are.
    """
    left = iter(items)
    while batch := list(islice(left, BATCH)):
        checks = [_Check(item, mutants) for item in batch]
        known = {} if cache is None else cache.find([check.key for check in checks])
        found = _run([check for check in checks if check.key not in known and check.references], sandbox)
        if cache is not None:
            cache.keep({key: finding for key, finding in found.items() if finding.reason != UNKNOWN})
        known |= found
        yield from (check.conclude(known.get(check.key)) for check in checks)


def _run(checks: Sequence["_Check"], sandbox: JobRunner) -> dict[str, Finding]:
    """What comes of each by its key: of the first reference that has nothing wrong, or else of the very first."""
    found: dict[str, Finding] = {}
    attempt = 0
    while checks:
        jobs = [check.jobs(attempt) for check in checks]
        results = iter(sandbox.run([job for each in jobs for job in each]))
        for check, own in zip(checks, jobs, strict=True):
            finding = check.judge(attempt, own, [next(results) for _ in own])
            if not finding.reason or check.key not in found:
                found[check.key] = finding
        attempt += 1
        checks = [check for check in checks if found[check.key].reason and attempt < len(check.references)]
    return found


class _Check:
    """What is run for one item: a reference on the item's tests, then its mutants on the same calls."""

    def __init__(self, item: Item, mutants: bool) -> None:
        content, self.item, self.makes_mutants = item.content, item, mutants
        self.references = [reference for reference in references(content) if own_tests(reference)]
        self.mutants = [_candidates(each, item.structural_hash) if mutants else [] for each in self.references]
        self.key = digest_json([RULES, content.model_dump(mode="json"), self.mutants]) if self.references else ""

    def jobs(self, attempt: int) -> list[Job]:
        """Of the reference of that number."""
        content = self.references[attempt]
        jobs = own_tests(content)
        if isinstance(content, Function) and self.mutants[attempt]:
            arguments = tuple(arguments_of(call) for call in content.calls)
            jobs += [CallsJob(mutant, content.entry, arguments) for mutant in self.mutants[attempt]]
        return jobs

    def judge(self, attempt: int, jobs: Sequence[Job], results: Sequence[Result]) -> Finding:
        """Why the item must go, or the mutants that count."""
        content = self.references[attempt]
        tests = len(own_tests(content))
        failure = what_is_wrong(content, jobs[:tests], results[:tests])
        if failure.reason:
            return Finding(failure.reason, detail=failure.detail)
        if not isinstance(content, Function):
            return Finding("", attempt)
        seen, living = set[bytes](), list[int]()
        for place, result in enumerate(results[tests:]):
            behaviour = _behaviour(result)
            if _is_killable(result, content) and behaviour not in seen:
                seen.add(behaviour)
                living.append(place)
        return Finding("", attempt, tuple(living[:KEPT]))

    def conclude(self, finding: Finding | None) -> Verified:
        """The item as it is after what was found; None where there was nothing to run."""
        if finding is None:
            return Verified(self.item, what_is_wrong(self.item.content, (), ()).reason)
        if finding.reason:
            return Verified(self.item, finding.reason, finding.detail)
        content = self.references[finding.reference]
        if self.makes_mutants and isinstance(content, Function):
            mutants = tuple(self.mutants[finding.reference][place] for place in finding.mutants)
            content = content.model_copy(update={"other_sources": (), "mutants": mutants})
        return Verified(self.item.model_copy(update={"content": content}), "")


def _candidates(function: Function | Program, seed: str) -> list[str]:
    if isinstance(function, Program) or not function.calls:
        return []
    if not function.mutants:
        return draw_mutants(function.source, CANDIDATES, seed)
    return Random(seed).sample(function.mutants, min(CANDIDATES, len(function.mutants)))


def with_candidates(item: Item) -> Item:
    """The item as it is before anything of it was run: a function without mutants has those that may count."""
    content = item.content
    if not isinstance(content, Function) or not content.source:
        return item
    mutants = tuple(_candidates(content, item.structural_hash))
    return item.model_copy(update={"content": content.model_copy(update={"mutants": mutants})})


def _agrees(claim: Claim, call: Call, tolerance: Tolerance | None) -> bool:
    return claim.kind == "value" and same_value(claim.value, result_of(call), tolerance)


def _behaviour(result: Result) -> bytes:
    """Equal for results with the same claims. Not their repr: Python refuses to write very long whole numbers."""
    return marshal.dumps([(claim.kind, claim.value, claim.exception) for claim in result.claims], 2)


def _is_killable(result: Result, function: Function) -> bool:
    if result.ending is not Ending.FINISHED or all(claim.kind == "raised" for claim in result.claims):
        return False
    pairs = zip(result.claims, function.calls, strict=True)
    return not all(_agrees(claim, call, function.tolerance) for claim, call in pairs)
