"""Why a step failed, and what it warns of: one sentence on a line of its log, where whoever started it finds it."""

import sys
from types import TracebackType

from astor.errors import explain

MARK, WARNING = "astor: error: ", "astor: warning: "


def tell_failure() -> None:
    """Have this process, where it ends by an exception for people, say so below the traceback."""
    sys.excepthook = _tell


def find_failure(line: str) -> str | None:
    """The sentence in a line of a log, or None."""
    _, mark, sentence = line.partition(MARK)
    return sentence.strip() if mark else None


def warn(sentence: str) -> None:
    """Tell people something that they should know, while the work goes on."""
    print(f"{WARNING}{sentence}", file=sys.stderr, flush=True)


def find_warning(line: str) -> str | None:
    """The sentence in a line of a log that warns, or None."""
    _, mark, sentence = line.partition(WARNING)
    return sentence.strip() if mark else None


def _tell(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    sys.__excepthook__(kind, error, traceback)
    if sentence := explain(error):
        print(f"{MARK}{sentence}", file=sys.stderr, flush=True)
