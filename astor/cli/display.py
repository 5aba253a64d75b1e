"""Progress on the terminal, read from the file that whatever runs reports to."""

import os
import shutil
import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from astor.run.progress import WATCHED, read_progress

INTERVAL = 0.3
"""Seconds between looks at the file."""


class Display:
    """`with Display(console)`: a bar per stage for as long as the block runs, whichever process does the work.

    Where there is no terminal a line is printed when a stage begins, and one for every tenth of it.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self._file = Path(tempfile.mkdtemp(prefix="astor-progress-")) / "progress.json"
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._bars: dict[str, TaskID] = {}
        self._tenths: dict[str, int] = {}
        self._progress = Progress(
            TextColumn("{task.description:<20}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[note]}"),
            console=console,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> Self:
        os.environ[WATCHED] = str(self._file)
        self._progress.start()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
        self._progress.stop()
        shutil.rmtree(self._file.parent)
        os.environ.pop(WATCHED)

    def _watch(self) -> None:
        seen = None
        while True:
            ended = self._ended.wait(INTERVAL)
            latest = read_progress(self._file)
            if latest is not None and latest != seen:
                seen = latest
                self._show(*latest)
            if ended:
                return

    def _show(self, stage: str, done: int, total: int, note: str) -> None:
        if stage not in self._bars:
            self._bars[stage] = self._progress.add_task(stage, total=total or None, note=note)
        self._progress.update(self._bars[stage], completed=done, total=total or None, note=note)
        tenth = 10 * done // max(total, 1)
        if not self.console.is_terminal and self._tenths.get(stage) != tenth:
            self.console.print(f"{stage} {done}/{total or '?'} {note}", highlight=False)
            self._tenths[stage] = tenth
