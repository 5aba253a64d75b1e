"""Progress on the terminal, read from the file that whatever runs reports to."""

import os
import tempfile
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from astor.run.progress import WATCHED, Stage, read_progress

INTERVAL = 0.3
"""Seconds between looks at the file."""
PATIENCE = 1.0
"""Seconds without a report after which a bar says that something goes on between two stages."""
BETWEEN = "preparing"
"""What goes on before the first stage, and between one and the next: imports, plans, commits."""


class Display:
    """`with Display(console)`: a bar per stage for as long as the block runs, whichever process does the work. Nothing
    is shown where the command was started by one that watches it.

    Where there is no terminal a line is printed when a stage begins, and one for every tenth of it. The file has no
    name of its own where `/proc` gives one to what is open: no process that is killed leaves it behind, and nothing
    that tidies up can take it away.
    """

    def __init__(self, console: Console, goes_on: bool = True) -> None:
        """`goes_on`: the same command goes on where it was stopped, which who interrupts it is told."""
        self.console, self.goes_on = console, goes_on
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._bars: dict[str, TaskID] = {}
        self._told: dict[str, int] = {}
        self._began: dict[str, tuple[float, int]] = {}
        self._file: IO[Any] | None = None
        self._place = Path()
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description:<28}"),
            BarColumn(20),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}"),
            console=console,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> Self:
        if WATCHED in os.environ:  # whoever started this command shows it
            return self
        try:
            self._file, self._place = _open()
        except OSError as error:  # a run is not worth ending for its display
            self.console.print(f"No progress is shown: {error.strerror}.", highlight=False)
            return self
        os.environ[WATCHED] = str(self._place)
        self._progress.start()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._file is None:
            return
        self._ended.set()
        self._thread.join()
        self._progress.stop()
        os.environ.pop(WATCHED, None)
        self._file.close()
        if kind is KeyboardInterrupt and self.goes_on:
            self.console.print("Interrupted: the same command goes on where this one was stopped.")

    def _watch(self) -> None:
        seen: list[Stage] = []
        at = time.monotonic()
        between = self._progress.add_task(BETWEEN, total=None, note="")
        while True:
            ended = self._ended.wait(INTERVAL)
            latest = read_progress(self._place)
            if latest and latest != seen:
                for stage in latest:
                    if stage not in seen:
                        self._show(*stage)
                seen, at = latest, time.monotonic()
            goes_on = bool(seen) and (seen[-1][1] < seen[-1][2] or not seen[-1][2])
            waits = not seen or (not goes_on and time.monotonic() - at > PATIENCE)
            self._progress.update(between, visible=waits and not ended)
            if not waits:
                self._progress.reset(between)
            if ended:
                return

    def _show(self, stage: str, done: int, total: int, note: str) -> None:
        if stage not in self._bars:
            self._bars[stage] = self._progress.add_task(stage, total=total or None, note=note)
            self._began[stage] = time.monotonic(), done
        self._progress.update(self._bars[stage], completed=done, total=total or None, note=note)
        tenth = 10 * done // max(total, 1)
        if not self.console.is_terminal and self._told.get(stage) != tenth:
            told = ", ".join(filter(None, (note, self._left(stage, done, total))))
            self.console.print(f"{stage} {done}/{total or '?'} {told}".rstrip(), highlight=False, markup=False)
            self._told[stage] = tenth

    def _left(self, stage: str, done: int, total: int) -> str:
        """How long the stage goes on at the speed that it had; nothing where that is not known yet."""
        began, first = self._began[stage]
        if not first < done < total:
            return ""
        seconds = (time.monotonic() - began) / (done - first) * (total - done)
        return f"{seconds:.0f} s left" if seconds < 90 else f"{seconds / 60:.0f} min left"


def _open() -> tuple[IO[Any], Path]:
    """A file that ends with this process, and the path at which other processes of this user find it."""
    if Path("/proc/self/fd").is_dir():
        unnamed = tempfile.TemporaryFile()  # noqa: SIM115  # it is open for as long as the display
        return unnamed, Path(f"/proc/{os.getpid()}/fd/{unnamed.fileno()}")
    named = tempfile.NamedTemporaryFile(prefix="astor-progress-")  # noqa: SIM115  # as above
    return named, Path(named.name)
