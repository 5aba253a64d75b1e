"""The `candidate` of a check: looks like the program's function, and asks the process that has it.

Standard library only; lives in the test process, which trusts nothing that comes down the link.
"""

import _thread
import builtins
from typing import Any, NoReturn

from astor.sandbox.codec import CodecError, NotPlainDataError, decode
from astor.sandbox.frames import frame, read_frame, write_all


class ProgramLostError(BaseException):
    """The program's process ended or talks nonsense. No Exception, so that no check takes it for an answer."""


class Opaque:
    """Stands for a result that is no plain data: equals nothing, has no truth value."""

    def __eq__(self, other: object) -> bool:
        return False

    def __ne__(self, other: object) -> bool:
        return True

    __hash__ = object.__hash__

    def __bool__(self) -> NoReturn:
        raise TypeError("the result is no plain data: it is neither true nor false")


class Candidate:
    """Callable like the program's function.

    `lost` says that the program is gone, `refused` what the check asked that can't be asked.
    """

    def __init__(self, name: str, link: int, limit: int) -> None:
        self.__name__ = self.__qualname__ = name
        self.refused = ""
        self._link = link
        self._limit = limit
        self.lost = False
        self._gave_opaque = False
        self._lock = _thread.allocate_lock()

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """The program's result, rebuilt; raises the builtin exception that it raised."""
        try:
            request = frame((list(arguments), keywords))
        except NotPlainDataError:
            # What the program itself gave back is its own fault; anything else this mode can't do.
            if not self._gave_opaque:
                self.refused = "the check passes what is no plain data"
            raise
        answer = self._ask(request)
        if answer[0] == "value":
            return answer[1]
        if answer[0] == "raised":
            raise _exception(answer[1])
        self._gave_opaque = True
        return Opaque()

    def _ask(self, request: bytes) -> tuple[Any, ...]:
        try:
            if self.lost:
                raise CodecError("the link is closed")
            with self._lock:
                write_all(self._link, request)
                answer = decode(read_frame(self._link, self._limit + 64) or b"")
            if type(answer) is not tuple or (len(answer), answer[:1]) not in _SHAPES:
                raise CodecError("no answer")
        except (OSError, CodecError) as error:
            self.lost = True
            raise ProgramLostError from error
        return answer


_SHAPES = ((2, ("value",)), (2, ("raised",)), (1, ("opaque",)))


def _exception(name: object) -> Exception:
    kind = getattr(builtins, name, None) if isinstance(name, str) else None
    if isinstance(kind, type) and issubclass(kind, Exception) and not issubclass(kind, AssertionError):
        try:
            return kind.__new__(kind)
        except TypeError:  # Groups of exceptions want members.
            pass
    return RuntimeError(f"the program raised {name}")
