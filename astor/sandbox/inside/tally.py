"""What the test functions of a test came to: a claim for each, written as it ends. Standard library only."""

from astor.sandbox.inside.child import builtin_name
from astor.sandbox.inside.frames import frame, write_all
from astor.sandbox.inside.remote_program import RemoteProgram


class Tally:
    """Claims of test functions: ("value", True) passed, ("value", None) skipped, ("raised", name) failed.

    A test function that had asked the program anything before it skipped itself has failed: else a program could
    have it skip what it would fail.
    """

    def __init__(self, out: int, program: RemoteProgram) -> None:
        self.program = program
        self._out = out
        self._counts = {"passed": 0, "skipped": 0, "failed": 0}
        self._asked = self._faults = 0
        self._shared_failed = False

    @property
    def count(self) -> int:
        """Test functions that have ended."""
        return sum(self._counts.values())

    def start(self) -> None:
        """A test function starts."""
        self._asked, self._faults = self.program.link.asked, self.program.faults

    def passed(self) -> None:
        """It has passed, unless the program was at fault meanwhile."""
        if self.program.faults > self._faults:
            self.failed(None)
        else:
            self._write("passed", ("value", True))

    def skipped(self) -> None:
        """It has skipped itself."""
        if self.program.link.asked > self._asked:
            self.failed(None)
        else:
            self._write("skipped", ("value", None))

    def give_up(self, what: str) -> None:
        """The test wants to be given up in a way that is not offered. As with a skip, the program may be the reason."""
        if self.program.link.asked > self._asked:
            self.program.raise_fault(f"after it was asked, the test {what}")
        self.program.refuse(what)

    def failed(self, error: BaseException | None) -> None:
        """It has failed; None where it raised nothing."""
        self._write("failed", ("raised", builtin_name(error) if error else "AssertionError"))

    def fail_shared(self) -> None:
        """What several test functions share has failed."""
        self._shared_failed = True

    def final(self) -> tuple[str, str]:
        """The final frame of the test process: its kind, and why."""
        passed, failed = self._counts["passed"], self._counts["failed"]
        if failed:
            return "failed", f"{failed} of {failed + passed} tests failed"
        if self._shared_failed:
            return "failed", "what its tests share has failed"
        if passed:
            return "end", ""
        # The program may have had a hand in which tests there are.
        return "failed" if self.program.link.asked else "broken", "it runs no test"

    def _write(self, kind: str, claim: tuple[str, object]) -> None:
        self._counts[kind] += 1
        write_all(self._out, frame(claim))
