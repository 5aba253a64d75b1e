"""The one exception that people, not programmers, are meant to read, and conditions that are told like it."""

import errno
import os

from astor.masking import masked

FULL = (os.strerror(errno.ENOSPC), os.strerror(errno.EDQUOT), "database or disk is full")
CLOSED = (errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EISDIR)


class UserError(Exception):
    """A mistake that its reader can mend.

    The message is one sentence that names the thing, its value and the way out. The command line prints it
    without a traceback and exits with code 2.
    """


def explain(error: BaseException) -> str | None:
    """What to tell people of `error`, on one line and without passwords; None of an error that is ours, and deserves
    its traceback.

    A full disk is known by its words, wherever in the chain of causes they stand: libraries that write through C, Rust
    or SQLite raise it as types of their own.
    """
    cause: BaseException | None = error
    seen: set[int] = set()
    while cause is not None and id(cause) not in seen:  # one that is raised from itself has no end
        seen.add(id(cause))
        if any(words in str(cause) for words in FULL):
            where = (cause.filename if isinstance(cause, OSError) else None) or "the store"
            return f"The disk is full at {where}: make room and run the same command again, it continues."
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, UserError):
        return masked(" ".join(str(error).split()))
    if isinstance(error, OSError) and error.errno in CLOSED and error.filename:
        return f"{error.filename} cannot be used ({error.strerror}): mend that, or name another place."
    return None
