"""Mutation testing of untrusted tests: what they are worth against a trusted program and its mutants.

What they can say is when they fail, and no more: which calls they make, what those came to and which share of the
reference they reach is recorded in processes that they have no hold on. A test that only guesses when to fail has to
guess alike on every program whenever it is run against it; see `_test_all`.
"""

import secrets
from collections import Counter
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

from astor.sandbox.comparison import same_value
from astor.sandbox.inside.codec import encode
from astor.sandbox.jobs.runs import request, with_retry
from astor.sandbox.options import Limits
from astor.sandbox.results import Claim, Ending
from astor.sandbox.workers.evidence import Child, Evidence
from astor.sandbox.workers.run import Run

MOST_CALLS = 10_000
"""Calls that tests may make of one program. Our choice; what is recorded of them is also limited in bytes."""

MOST_TESTS = 1 << 16

TRACED = 10
"""How much more time than the limits the reference has when its lines are traced. Our choice: what the slowest tracing
takes."""

PATIENCE = 2
"""How much more time than the limits a mutant has to answer what the reference answered within them. Our choice: so
that no call tells it from the reference which merely takes long."""

_Parts = dict[int, Any]
"""Some parts of an answer, by their places."""

Program = tuple[str, str]
"""Source of a trusted program, and its name for people."""


class UnjudgedError(Exception):
    """The tests can't be judged: ending, and why."""


class WorthlessError(Exception):
    """The tests prove nothing: ending, and why."""


@dataclass(frozen=True)
class _TestRun:
    """One run of the tests against one program."""

    ending: Ending
    """FINISHED where the tests passed."""
    detail: str
    calls: tuple[bytes, ...]
    """Encoded (arguments, keywords), packed, of each call that was answered."""
    answers: tuple[Claim, ...]
    left_out: dict[str, int]
    """How many tests want what isn't offered, by reason."""


class MutationTesting:
    """The runs that judging some tests takes, one after the other."""

    def __init__(self, tests: str, entry: str, reference: str, mutants: Sequence[str], limits: Limits) -> None:
        self.cpu_seconds = 0.0
        self._tests, self._entry, self._limits = tests, entry, limits
        self._reference: Program = (reference, "the reference")
        self._mutants: list[Program] = [(each, f"mutant {number}") for number, each in enumerate(mutants, start=1)]

    def runs(self, found: dict[str, Any]) -> Generator[Run, Evidence, None]:
        """Write into `found` what comes to be known. UnjudgedError and WorthlessError say why there is no more."""
        first, failing = yield from self._test_all(found)
        *answers, shares = yield from self._replay(self._reference, first.calls, TRACED, coverage=True)
        found |= _shares(shares)
        # Only what the reference answers alike twice tells it from another program.
        expected = [_alike(answer, again) for answer, again in zip(first.answers, answers, strict=True)]
        for mutant in failing:
            found["killed"] += yield from self._differs(mutant, first.calls, expected)
        found["passed"] = True

    def _test_all(self, found: dict[str, Any]) -> Generator[Run, Evidence, tuple[_TestRun, list[Program]]]:
        """The first run against the reference, and the mutants on which the tests fail twice.

        The tests are run against every program, then once more and against the reference twice more, each time in an
        order that nobody can foresee. Tests that leave notes for their next run, in numbers of processes or times of
        access, know a program again, but when they first meet it they have to guess whether it is the reference, as all
        do that know nothing.
        """
        first: _TestRun | None = None
        reference, mutants = self._reference, self._mutants
        ends: dict[Program, set[bool]] = {each: set() for each in (reference, *mutants)}
        for order in ([reference, *mutants], [reference, reference, *mutants]):
            secrets.SystemRandom().shuffle(order)
            for each in order:
                run = yield from self._test(each)
                ends[each].add(run.ending is Ending.FINISHED)
                if each == reference and first is None:
                    first = run
                    found["calls"], found["distinct_calls"] = len(run.calls), len(set(run.calls))
                    found["left_out"] = run.left_out
                    if run.ending is not Ending.FINISHED:
                        raise WorthlessError(run.ending, run.detail)
                    if not run.calls:
                        raise WorthlessError(Ending.FAILED, "the tests don't call the function")
                if len(ends[each]) > 1 or (each == reference and not run.calls):
                    raise WorthlessError(Ending.FAILED, "the tests come to different ends")
        assert first is not None
        return first, [mutant for mutant in mutants if ends[mutant] == {False}]

    def _differs(
        self, mutant: Program, calls: Sequence[bytes], expected: Sequence[_Parts]
    ) -> Generator[Run, Evidence, bool]:
        """Whether the mutant answers one of the tests' calls otherwise."""
        answers = yield from self._replay(mutant, calls, PATIENCE)
        return not all(_meets(other, own) for own, other in zip(expected, answers, strict=True))

    def _test(self, program: Program) -> Generator[Run, Evidence, _TestRun]:
        source, name = program
        requests = (
            request(self._limits, mode="subject", program=source, entry=self._entry),
            request(self._limits, mode="generated", tests=self._tests, entry=self._entry),
        )
        subject, tests = yield from self._children(Run(requests, (2 * MOST_CALLS, MOST_TESTS), self._limits), name)
        ending, detail = tests.ending(self._limits, len(tests.transcript.claims))
        if subject.transcript.nonsense or subject.flooded or subject.transcript.final == "flood":
            ending, detail = Ending.FAILED, f"the tests make more than {MOST_CALLS} calls, or too large ones"
        elif ending is Ending.FAILED and not subject.left_over:
            # Why the tests lost the program says more than that they did.
            own, why = subject.ending(self._limits, len(subject.transcript.claims))
            if own is not Ending.FINISHED:
                ending, detail = own, why
        asked, answers = subject.transcript.claims[::2], subject.transcript.claims[1::2]
        calls = tuple(encode(claim.value) for claim, _ in zip(asked, answers, strict=False))
        left_out = Counter(claim.value for claim in tests.transcript.claims if type(claim.value) is str)
        return _TestRun(ending, detail, calls, answers, dict(left_out))

    def _replay(
        self, program: Program, calls: Sequence[bytes], patience: int, coverage: bool = False
    ) -> Generator[Run, Evidence, list[Claim | None]]:
        """The program's answer to each call, None from where it ended early; with `coverage` one claim more."""
        source, name = program
        slower = {key: getattr(self._limits, key) * patience for key in ("cpu_seconds", "wall_seconds")}
        limits = self._limits.model_copy(update=slower)
        asked = request(limits, mode="replay", program=source, entry=self._entry, calls=list(calls), coverage=coverage)
        most = len(calls) + coverage
        (child,) = yield from self._children(Run((asked,), (most,), limits), name)
        claims = child.transcript.claims
        return [*claims, *[None] * (most - len(claims))]

    def _children(self, run: Run, name: str) -> Generator[Run, Evidence, tuple[Child, ...]]:
        """What became of the children of a run, the first of which has the trusted program `name`."""
        evidence = yield from with_retry(run)
        self.cpu_seconds += evidence.cpu_seconds
        if evidence.failure:
            ending = Ending.FORBIDDEN if evidence.forbidden else Ending.INFRASTRUCTURE_ERROR
            raise UnjudgedError(ending, evidence.failure)
        first = evidence.children[0].transcript
        if first.final in ("malformed", "stopped"):
            raise UnjudgedError(Ending.INFRASTRUCTURE_ERROR, f"{name} can't be used: {first.why}")
        return evidence.children


def _shares(claim: Claim | None) -> dict[str, float]:
    """What was measured of the reference; nothing where that took too long."""
    shares = claim.value if claim is not None else None
    if type(shares) is not dict or not all(type(shares.get(name)) is float for name in ("line", "branch")):
        return {}
    return {name: shares[name] for name in ("line", "branch")}


def _parts(answer: Claim | None) -> tuple[Any, ...]:
    """What `astor.sandbox.inside.recorded` makes of a call; nothing where it was not answered."""
    return answer.value if answer is not None and type(answer.value) is tuple else ()


def _alike(answer: Claim, again: Claim | None) -> _Parts:
    """The parts that two answers have in common, by their places."""
    pairs = enumerate(zip(_parts(answer), _parts(again), strict=False))
    return {place: one for place, (one, other) in pairs if same_value(one, other)}


def _meets(answer: Claim | None, expected: _Parts) -> bool:
    parts = _parts(answer)
    return not expected or (
        len(parts) > max(expected) and all(same_value(parts[place], part) for place, part in expected.items())
    )
