"""Generated tests, on the trusted side: what untrusted tests are worth against a reference and its mutants.

What they can say is when they fail, and no more: which calls they make, what those came to and which share of the
reference they reach is recorded in processes that they have no hold on. A test that only guesses when to fail has to
guess alike on every program whenever it meets it; see `_meetings`.
"""

import secrets
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

from astor.records import Outcome
from astor.sandbox.comparison import same_value
from astor.sandbox.evidence import Child, Evidence
from astor.sandbox.inside.codec import encode
from astor.sandbox.jobs import Claim, GeneratedTestsJob, Result
from astor.sandbox.options import Limits
from astor.sandbox.runs import Plan, Run, request, supervised

MOST_CALLS = 10_000
"""Calls that tests may make of one program. Our choice; what is recorded of them is also limited in bytes."""

MOST_TESTS = 1 << 16

TRACED = 10
"""How much more time than the limits the reference has when its lines are traced. Our choice: what the slowest tracing
takes."""

PATIENCE = 2
"""How much more time than the limits a mutant has to answer what the reference answered within them. Our choice: so
that no call tells it from the reference which merely takes long."""


class _GivenUpError(Exception):
    """The job can't be judged: outcome, and why."""


class _WorthlessError(Exception):
    """The tests prove nothing: outcome, and why."""


@dataclass(frozen=True)
class _Meeting:
    """One run of the tests against one program."""

    outcome: Outcome
    """PASSED where the tests did."""
    detail: str
    calls: tuple[bytes, ...]
    """Encoded (arguments, keywords) of each call that was answered."""
    answers: tuple[Claim, ...]


def generated(job: GeneratedTestsJob, limits: Limits) -> Plan:
    """The one claim of a GeneratedTestsJob. An abnormal end of the tests on a mutant is a failure like any other."""
    trial = _Trial(job, limits)
    found: dict[str, Any] = {"passed": False, "calls": 0, "distinct_calls": 0, "line": 0.0, "branch": 0.0, "killed": 0}
    found["mutants"] = len(job.mutants)
    outcome, detail = Outcome.PASSED, ""
    try:
        yield from trial.judge(found)
    except _WorthlessError as error:
        outcome, detail = error.args
        found |= {"passed": False, "line": 0.0, "branch": 0.0, "killed": 0}
    except _GivenUpError as error:
        outcome, detail = error.args
        return Result(outcome, (), trial.cpu_seconds, detail)
    return Result(outcome, (Claim("value", found),), trial.cpu_seconds, detail)


class _Trial:
    """The runs that a job takes, one after the other."""

    def __init__(self, job: GeneratedTestsJob, limits: Limits) -> None:
        self.cpu_seconds = 0.0
        self._job, self._limits = job, limits

    def judge(self, found: dict[str, Any]) -> Generator[Run, Evidence, None]:
        """Write into `found` what comes to be known."""
        job = self._job
        reference = (job.reference, "the reference")
        mutants = [(mutant, f"mutant {number}") for number, mutant in enumerate(job.mutants, start=1)]
        first, failing = yield from self._meetings(reference, mutants, found)
        *answers, shares = yield from self._replay(*reference, first.calls, TRACED, coverage=True)
        found |= _shares(shares)
        # Only what the reference answers alike twice tells it from another program.
        expected = [
            answer if again is not None and _same(answer, again) else None
            for answer, again in zip(first.answers, answers, strict=True)
        ]
        for mutant in failing:
            found["killed"] += yield from self._differs(*mutant, first.calls, expected)
        found["passed"] = True

    def _meetings(
        self, reference: tuple[str, str], mutants: Sequence[tuple[str, str]], found: dict[str, Any]
    ) -> Generator[Run, Evidence, tuple[_Meeting, list[tuple[str, str]]]]:
        """The first meeting with the reference, and the mutants on which the tests fail twice.

        Every program is met once, then once more and the reference twice more, each time in an order that nobody can
        foresee. Tests that leave notes for the next meeting, in numbers of processes or times of access, know a program
        again, but when they first meet it they have to guess whether it is the reference, as all do that know nothing.
        """
        first: _Meeting | None = None
        ends: dict[tuple[str, str], set[bool]] = {each: set() for each in (reference, *mutants)}
        for meetings in ([reference, *mutants], [reference, reference, *mutants]):
            secrets.SystemRandom().shuffle(meetings)
            for each in meetings:
                meeting = yield from self._meet(*each)
                ends[each].add(meeting.outcome is Outcome.PASSED)
                if each == reference and first is None:
                    first = meeting
                    found["calls"], found["distinct_calls"] = len(meeting.calls), len(set(meeting.calls))
                    if meeting.outcome is not Outcome.PASSED:
                        raise _WorthlessError(meeting.outcome, meeting.detail)
                    if not meeting.calls:
                        raise _WorthlessError(Outcome.FAILED, "the tests don't call the function")
                if len(ends[each]) > 1 or (each == reference and not meeting.calls):
                    raise _WorthlessError(Outcome.FAILED, "the tests come to different ends")
        assert first is not None
        return first, [mutant for mutant in mutants if ends[mutant] == {False}]

    def _differs(
        self, mutant: str, name: str, calls: Sequence[bytes], expected: Sequence[Claim | None]
    ) -> Generator[Run, Evidence, bool]:
        """Whether the mutant answers one of the tests' calls otherwise."""
        answers = yield from self._replay(mutant, name, calls, PATIENCE)
        return not all(
            own is None or (other and _same(own, other)) for own, other in zip(expected, answers, strict=True)
        )

    def _meet(self, program: str, name: str) -> Generator[Run, Evidence, _Meeting]:
        entry = self._job.entry
        requests = (
            request(self._limits, mode="subject", program=program, entry=entry),
            request(self._limits, mode="generated", tests=self._job.tests, entry=entry),
        )
        subject, tests = yield from self._children(Run(requests, (2 * MOST_CALLS, MOST_TESTS), self._limits), name)
        outcome, detail = tests.outcome(self._limits, len(tests.account.claims))
        if subject.account.nonsense or subject.flooded or subject.account.ending == "flood":
            outcome, detail = Outcome.FAILED, f"the tests make more than {MOST_CALLS} calls, or too large ones"
        elif outcome is Outcome.FAILED and not subject.left_over:
            # Why the tests lost the program says more than that they did.
            own, why = subject.outcome(self._limits, len(subject.account.claims))
            if own is not Outcome.PASSED:
                outcome, detail = own, why
        asked, answers = subject.account.claims[::2], subject.account.claims[1::2]
        calls = tuple(encode(claim.value) for claim, _ in zip(asked, answers, strict=False))
        return _Meeting(outcome, detail, calls, answers)

    def _replay(
        self, program: str, name: str, calls: Sequence[bytes], patience: int, coverage: bool = False
    ) -> Generator[Run, Evidence, list[Claim | None]]:
        """The program's answer to each call, None from where it ended early; with `coverage` one claim more."""
        slower = {key: getattr(self._limits, key) * patience for key in ("cpu_seconds", "wall_seconds")}
        limits = self._limits.model_copy(update=slower)
        asked = request(
            limits, mode="replay", program=program, entry=self._job.entry, calls=list(calls), coverage=coverage
        )
        most = len(calls) + coverage
        (child,) = yield from self._children(Run((asked,), (most,), limits), name)
        claims = child.account.claims
        return [*claims, *[None] * (most - len(claims))]

    def _children(self, run: Run, name: str) -> Generator[Run, Evidence, tuple[Child, ...]]:
        """What became of the children of a run, the first of which has the trusted program `name`."""
        evidence = yield from supervised(run)
        self.cpu_seconds += evidence.cpu_seconds
        if evidence.failure:
            outcome = Outcome.FORBIDDEN if evidence.forbidden else Outcome.INFRASTRUCTURE_ERROR
            raise _GivenUpError(outcome, evidence.failure)
        account = evidence.children[0].account
        if account.ending in ("malformed", "stopped"):
            raise _GivenUpError(Outcome.INFRASTRUCTURE_ERROR, f"{name} can't be used: {account.why}")
        return evidence.children


def _shares(claim: Claim | None) -> dict[str, float]:
    """What was measured of the reference; nothing where that took too long."""
    shares = claim.value if claim is not None else None
    if type(shares) is not dict or not all(type(shares.get(name)) is float for name in ("line", "branch")):
        return {}
    return {name: shares[name] for name in ("line", "branch")}


def _same(left: Claim, right: Claim) -> bool:
    return (left.kind, left.exception) == (right.kind, right.exception) and same_value(left.value, right.value)
