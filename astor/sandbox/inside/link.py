"""The link of two-process mode: questions in both directions on one stream, between processes without trust.

Both ends speak alike, in frames of plain data, each one of

    ("ready", 0, (), ())                  the first message of the end that serves
    ("ask", number, (do, packed), packed) do this to that, with a tuple of arguments and a dict of keywords
    ("value", number, packed, ())         what came of the question of this number
    ("raised", number, name, packed)      it raised: a builtin exception's name, and the class

where `packed` is a value of `astor.sandbox.inside.object_table`. An end that waits for its answer does what it is asked
meanwhile, so questions nest. Whatever else arrives, or arrives out of turn, is the end of the link. Standard library
only.
"""

import _thread
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from astor.sandbox.inside.child import builtin_name
from astor.sandbox.inside.codec import CodecError, NotPlainDataError, TooLargeError, decode
from astor.sandbox.inside.frames import frame, read_frame, write_all
from astor.sandbox.inside.object_table import ObjectTable, Packed

MOST_NESTED = 24
"""Questions within questions that one end answers; one more raises RecursionError in the other. Our choice: each takes
about ten of the interpreter's thousand frames."""

_READY = ("ready", 0, (), ())


class LostError(BaseException):
    """The other process ended or talks nonsense. No Exception, so that no test takes it for an answer."""


class Link:
    """One end. `operations` is what the other may ask for, by name; `reads` and `sends` are bytes of one message."""

    def __init__(
        self,
        descriptor: int,
        objects: ObjectTable,
        operations: Mapping[str, Callable[..., Any]],
        reads: int,
        sends: int,
    ) -> None:
        self.objects = objects
        self.lost = False
        self.asked = 0
        """Questions of this end so far."""
        self.depth = 0
        """Questions of the other end that are being answered."""
        self._descriptor, self._operations, self._reads, self._sends = descriptor, operations, reads, sends
        self._is_ready = False
        # Held while this end reads or writes. A thread that waits for its answer reads for the others.
        self._lock = _thread.RLock()

    def wait_until_ready(self) -> None:
        """Wait until the other end serves; LostError where it never will."""
        with self._lock:
            if not self._is_ready:
                self._is_ready = self._read_or_lose() == _READY
                self.lost |= not self._is_ready
        if self.lost:
            raise LostError("the link is closed")

    def ask(self, operation: str, target: Any, /, *arguments: Any, **keywords: Any) -> Any:
        """What the other end answers. Raises what it says that it raised, TooLargeError and LostError."""
        self.wait_until_ready()
        with self._lock:
            wanted = (operation, self._packed(target))
            request = self._message("ask", self.asked + 1, wanted, (arguments, keywords))
            self.asked += 1
            number = self.asked
            self._send(request)
            while (answer := self._read_or_lose())[0] == "ask":
                self._answer(*answer[1:])
            head, numbered, content, named = answer
            try:
                if head not in ("value", "raised") or numbered != number:
                    raise CodecError("an answer to another question")
                if head == "value":
                    return self.objects.unpack(content)
                error = _exception(content, self.objects.unpack_class(named))
            except CodecError as why:
                self._lose(why)
        raise error

    def serve(self) -> None:
        """Answer question after question until the link ends. Other threads may ask while one is being answered."""
        self._is_ready = True
        self._send(frame(_READY))
        while True:
            with self._lock:
                question = self._read_or_lose()
            self._answer(*question[1:])

    def _answer(self, number: Any, wanted: Any, packed: Any) -> None:
        try:
            operation, target = wanted
            target = self.objects.unpack(target)
            arguments, keywords = self.objects.unpack(packed)
            perform = self._operations[operation]
        except (CodecError, KeyError, TypeError, ValueError) as why:
            self._lose(why)
        self.depth += 1
        try:
            if self.depth > MOST_NESTED:
                raise RecursionError("questions are nested too deeply")
            answer = self._message("value", number, (), perform(target, *arguments, **keywords))
        except (MemoryError, TooLargeError, LostError):
            raise
        except BaseException as error:
            answer = frame(("raised", number, builtin_name(error), self._class_of(error)))
        finally:
            self.depth -= 1
        self._send(answer)

    def _class_of(self, error: BaseException) -> Packed:
        """What both know the error as: its builtin class, or its own where they share one that it derives from."""
        known = [named for kind in type(error).__mro__ if (named := self.objects.named(kind))]
        if known and known[0][0] != "type":
            return self.objects.export(type(error))
        return known[0] if known else ("=", None)

    def _message(self, head: str, number: int, wanted: Any, value: Any) -> bytes:
        def message(packed: Any) -> bytes:
            content = (wanted, packed) if head == "ask" else (packed, ())
            return frame((head, number, *content), self._sends)

        try:
            return message(("=", value))
        except (NotPlainDataError, RuntimeError):  # A thread may change it meanwhile.
            pass
        return message(self._packed(value))

    def _packed(self, value: Any) -> Packed:
        try:
            return self.objects.pack(value)
        except (NotPlainDataError, RuntimeError):
            return self.objects.export(value)

    def _send(self, message: bytes) -> None:
        try:
            with self._lock:
                write_all(self._descriptor, message)
        except OSError as why:
            self._lose(why)

    def _read_or_lose(self) -> tuple[Any, ...]:
        try:
            message = decode(read_frame(self._descriptor, self._reads) or b"")
        except (OSError, CodecError) as why:
            self._lose(why)
        if type(message) is not tuple or len(message) != 4:
            self._lose(CodecError("no message"))
        return message

    def _lose(self, why: Exception) -> NoReturn:
        self.lost = True
        raise LostError from why


def _exception(name: Any, kind: Any) -> Exception:
    """What another process says that it raised. Never AssertionError, nor what is no Exception."""
    if isinstance(kind, type) and issubclass(kind, Exception) and not issubclass(kind, AssertionError):
        try:
            return kind.__new__(kind)
        except TypeError:  # Groups of exceptions want members.
            pass
    return RuntimeError(f"the program raised {name}")
