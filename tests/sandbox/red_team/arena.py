"""Runs the programs of the red team, one after another, in one sandbox, and says what was wrong about each.

As a program it prints one JSON object, from name to complaints: so it can be started as another user, or where less
is allowed.
"""

import argparse
import contextlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

sys.path.insert(0, str(Path(__file__).parents[1]))

from red_team.bystanders import Bystanders
from red_team.oracles import Watch, adopting_orphans
from red_team.program_files import HERE, REFUSALS, ProgramFile, read_programs

from astor.sandbox import CallsJob, CheckJob, Ending, Job, Limits, Result, Sandbox, SandboxOptions, StdinJob, same_value
from astor.sandbox.jobs import Bounded

LIMITS = Limits(cpu_seconds=0.4, wall_seconds=1.0, memory_mb=256)

LESS = Limits(cpu_seconds=0.2, wall_seconds=0.6, memory_mb=128)
"""For the second and the third time."""

WAITED_FOR_ONCE = {"host/spins_and_ignores_signals", "host/sleeps", "check/spins", "stdin/waits_for_ever"}
"""With less, of the programs that only the limits of time end, these alone are run."""

PATIENCE = (1, 5, 25)
"""Times the wall clock's limit: on a busy machine a program that should end otherwise may meet it, and tries again."""

ARGUMENTS = (41, 7)
"""A hostile program is called with each of these and the bystanders; right would be the argument plus one."""

VERIFIER_CPU_SECONDS = 1.0
"""What a program may make the verifier spend: our choice, a few times what it may spend itself."""

SLACK_BYTES = 48 << 20
"""Of memory: what a process has of its own that its address space doesn't count, and what zygotes allocate."""


class Arena:
    """A context manager: a sandbox with one worker, so that each program's successor has the same zygote.

    The oracles take every descendant of this process for one of the sandbox's: it should start no others.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def __enter__(self) -> Self:
        self._exit = contextlib.ExitStack()
        self._exit.enter_context(adopting_orphans())
        self._bystanders = self._exit.enter_context(Bystanders())
        self._sandbox = self._exit.enter_context(Sandbox(SandboxOptions(workers=1, limits=self._limits)))
        self._control = CallsJob((HERE / "control.py").read_text(), "look_around", ((),))
        self._usual = self._run(self._control).claims
        assert self._usual, "the control program runs"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._exit.close()

    def attack(self, program: ProgramFile) -> list[str]:
        """What was wrong about the run of a hostile program, and about the one that followed it."""
        job = JOBS[program.head["Mode"]](program, self._bystanders.world)
        processes = 2 if isinstance(job, CheckJob) else 1
        memory_bytes = processes * (self._limits.memory_mb << 20) + SLACK_BYTES
        for patience in PATIENCE:
            with Watch(self._bystanders, memory_bytes, VERIFIER_CPU_SECONDS) as watch:
                result = self._run(job, patience)
            if result.ending is not Ending.TIMEOUT or Ending.TIMEOUT in program.outcomes:
                break
        complaints = watch.complaints + judge(program, result)
        control = self._run(self._control)
        if control.claims != self._usual:
            complaints.append(f"the next program found {control.claims} and ended {control.ending} ({control.detail})")
        return complaints

    def _run(self, job: Job, patience: int = PATIENCE[-1]) -> Result:
        longer = self._limits.model_copy(update={"wall_seconds": patience * self._limits.wall_seconds})
        ((_, result),) = self._sandbox.stream([Bounded(job, longer)])
        return result


def waits(program: ProgramFile) -> bool:
    """Whether it costs all of its time and was waited for elsewhere."""
    return program.outcomes == [Ending.TIMEOUT] and program.name not in WAITED_FOR_ONCE


def judge(program: ProgramFile, result: Result) -> list[str]:
    """What is wrong about the outcome and the claims."""
    complaints = []
    if result.ending not in program.outcomes:
        complaints.append(f"it ended {result.ending} ({result.detail})")
    values = [claim.value for claim in result.claims]
    if program.claims == "refused":
        gaps = [_not_refused(value) for value in values]
        if not values or any(gaps):
            complaints.append(f"not all was refused: {gaps or result.claims}")
    elif program.claims == "wrong":
        for claim, argument in zip(result.claims, ARGUMENTS, strict=False):
            right = f"{argument + 1}" if program.head["Mode"] == "stdin" else argument + 1
            found = claim.value.strip() if isinstance(claim.value, str) else claim.value
            if claim.kind == "value" and same_value(found, right):
                complaints.append(f"it was right about {argument}")
    elif values != program.claims:
        complaints.append(f"it claimed {result.claims}")
    return complaints


def _not_refused(value: Any) -> Any:
    """The attempts that were not refused; none where all were."""
    if not isinstance(value, dict) or not value:
        return f"no attempts: {value}"
    return {attempt: error for attempt, error in value.items() if error not in REFUSALS}


def _calls(program: ProgramFile, world: dict[str, Any]) -> Job:
    return CallsJob(program.source, "solve", tuple((argument, world) for argument in ARGUMENTS))


def _check(program: ProgramFile, world: dict[str, Any]) -> Job:
    check = (HERE / "checks" / f"{program.head['Check']}.py").read_text()
    style: Any = program.head["Mode"]
    return CheckJob(program.source, "solve", f"WORLD = {world!r}\n{check}", style)


def _stdin(program: ProgramFile, world: dict[str, Any]) -> Job:
    return StdinJob(program.source, tuple(f"{argument}\n" for argument in ARGUMENTS))


JOBS: dict[str, Callable[[ProgramFile, dict[str, Any]], Job]] = {
    "calls": _calls,
    "check": _check,
    "unittest": _check,
    "pytest": _check,
    "stdin": _stdin,
}


def main() -> None:
    """Attack with all programs, or with those named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--less", action="store_true", help="with smaller limits")
    arguments = parser.parse_args()
    names = arguments.names
    with Arena(LESS if arguments.less else LIMITS) as arena:
        found = {
            program.name: arena.attack(program)
            for program in read_programs("hostile")
            if (not names or program.name in names) and program.fits() and not (arguments.less and waits(program))
        }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
