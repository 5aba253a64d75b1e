"""What the test functions of a test came to: a claim for each, written as it ends. Standard library only."""

from astor.sandbox.inside.child import builtin_name
from astor.sandbox.inside.frames import frame, write_all
from astor.sandbox.inside.remote_program import RemoteProgram


class Tally:
    """Claims of test functions: ("value", True) passed, ("value", None) skipped, ("value", why) left out, ("raised",
    name) failed.

    A test function that had asked the program anything before it skipped itself has failed: else a program could
    have it skip what it would fail. One that wants what is refused is left out where it had asked nothing; where it
    had, the whole test can't be used. Neither holds for tests that are not believed anyway, whom a `believed` program
    answers.
    """

    def __init__(self, out: int, program: RemoteProgram, believes: bool = False) -> None:
        self.program, self.believes = program, believes
        self.left_out: list[str] = []
        """Why tests were left out."""
        self.forgiven = 0
        """Refusals that leave no more than one test out."""
        self._out = out
        self._counts = {"passed": 0, "skipped": 0, "failed": 0, "left out": 0}
        self._asked = self._faults = self._refused = 0
        self._shared_failed = False

    @property
    def count(self) -> int:
        """Test functions that have ended."""
        return sum(self._counts.values())

    def start(self) -> None:
        """A test function starts."""
        self._asked, self._faults = self.program.link.asked, self.program.faults
        self._refused = self.program.refused

    def passed(self) -> None:
        """It has passed, unless the program was at fault meanwhile."""
        if self.program.faults > self._faults:
            self.failed(None)
        else:
            self._write("passed", ("value", True))

    def skipped(self) -> None:
        """It has skipped itself."""
        if self.program.link.asked > self._asked and not self.believes:
            self.failed(None)
        else:
            self.set_aside()

    def set_aside(self) -> None:
        """It says nothing of the program, whatever came of it."""
        self._write("skipped", ("value", None))

    def failed(self, error: BaseException | None) -> None:
        """It has failed; None where it raised nothing of its own."""
        self._write("failed", ("raised", builtin_name(error) if error else "AssertionError"))

    def fail_shared(self) -> None:
        """What several test functions share has failed."""
        self._shared_failed = True

    def final(self) -> tuple[str, str]:
        """The final frame of the test process: its kind, and why."""
        passed, failed = self._counts["passed"], self._counts["failed"]
        others = f"{len(self.left_out)} left out: {self.left_out[0]}" if self.left_out else ""
        if failed:
            return "failed", "; ".join(filter(None, [f"{failed} of {failed + passed} tests failed", others]))[:200]
        if self._shared_failed:
            return "failed", "what its tests share has failed"
        if passed or (self.believes and self.program.link.asked):
            return "end", others[:200]
        if others and not self._counts["skipped"]:
            return "broken", self.left_out[0]
        # The program may have had a hand in which tests there are.
        return "failed" if self.program.consulted else "broken", others[:200] or "it runs no test"

    def _write(self, kind: str, claim: tuple[str, object]) -> None:
        refused = self.program.refused - self._refused
        if refused and (self.believes or self.program.link.asked == self._asked):
            self.forgiven += refused
            self.left_out.append(self.program.latest)
            kind, claim = "left out", ("value", self.program.latest)
        self._refused = self.program.refused
        self._counts[kind] += 1
        write_all(self._out, frame(claim))
