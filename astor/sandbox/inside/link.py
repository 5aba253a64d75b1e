"""The link of two-process mode: questions in both directions on one stream, between processes without trust.

Both ends speak alike, in frames of plain data, each one of

    ("ready", 0, (), ())                  the first message of the end that serves
    ("ask", number, (do, packed), packed) do this to that, with a tuple of arguments and a dict of keywords
    ("value", number, packed, told)       what came of the question of this number
    ("raised", number, error, told)       it raised what `astor.sandbox.inside.exceptions` makes of an exception

where `packed` is a value of `astor.sandbox.inside.object_table`, and `told` are the `side_effects`. An end that waits
for its answer does what it is asked meanwhile, so questions nest. Whatever else arrives, or arrives out of turn, is the
end of the link. Standard library only.
"""

import _thread
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from astor.sandbox.inside import exceptions
from astor.sandbox.inside.codec import CodecError, NotPlainDataError, TooLargeError, decode
from astor.sandbox.inside.frames import frame, read_frame, write_all
from astor.sandbox.inside.object_table import NOTHING, ObjectTable, Packed
from astor.sandbox.inside.side_effects import Aloud, Told, Watch, change, containers, say_again

MOST_NESTED = 24
"""Questions within questions that one end answers; one more raises RecursionError in the other. Our choice: each takes
about ten of the interpreter's thousand frames."""

_READY = ("ready", 0, (), ())


class LostError(BaseException):
    """The other process ended or talks nonsense. No Exception, so that no test takes it for an answer."""


class Link:
    """One end. `operations` is what the other may ask for, by name; `reads` and `sends` are bytes of one message;
    `aloud` is what this process says aloud, where the other shall hear it."""

    def __init__(
        self,
        descriptor: int,
        objects: ObjectTable,
        operations: Mapping[str, Callable[..., Any]],
        reads: int,
        sends: int,
        aloud: Aloud | None = None,
    ) -> None:
        self.objects = objects
        self.lost = False
        self.asked = 0
        """Questions of this end so far."""
        self.depth = 0
        """Questions of the other end that are being answered."""
        self._descriptor, self._operations, self._reads, self._sends = descriptor, operations, reads, sends
        self._aloud = aloud
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
            passed = containers((arguments, keywords))
            request = self._message(("ask", self.asked + 1, wanted), (arguments, keywords), ())
            self.asked += 1
            number = self.asked
            self._send(request)
            while (answer := self._read_or_lose())[0] == "ask":
                self._answer(*answer[1:])
            head, numbered, content, told = answer
            try:
                if head not in ("value", "raised") or numbered != number:
                    raise CodecError("an answer to another question")
                said = self._hear(told, passed)
                if head == "value":
                    value, error = self.objects.unpack(content, passed), None
                else:
                    value, error = None, exceptions.unpacked(content, self.objects)
            except CodecError as why:
                self._lose(why)
        say_again(*said)
        if error is not None:
            raise error
        return value

    def _hear(self, told: Any, passed: list[Any]) -> tuple[str, str, list[tuple[str, str]]]:
        """Change what was passed as the other end tells; what it has said."""
        match told:
            case ():
                return "", "", []
            case (tuple(changes), str(output), str(errors), tuple(said)):
                for each in changes:
                    match each:
                        case (int(place), packed) if 0 <= place < len(passed):
                            change(passed[place], self.objects.unpack(packed, passed))
                        case _:
                            raise CodecError("no change")
                return output, errors, [(name, text) for name, text in said if type(name) is type(text) is str]
        raise CodecError("no side effects")

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
        watch = Watch((arguments, keywords))
        shared = self.objects.share(watch.containers)
        self.depth += 1
        try:
            if self.depth > MOST_NESTED:
                raise RecursionError("questions are nested too deeply")
            value = perform(target, *arguments, **keywords)
            answer = self._message(("value", number), value, self._told(watch, shared), shared)
        except (MemoryError, TooLargeError, LostError):
            raise
        except BaseException as error:
            content, told = exceptions.packed(error, self.objects), self._told(watch, shared)
            answer = frame(("raised", number, content, told), self._sends)
        finally:
            self.depth -= 1
        self._send(answer)

    def _told(self, watch: Watch, shared: Mapping[int, Packed]) -> Told:
        try:
            changes = watch.changes(lambda content: self.objects.pack(content, shared=shared))
        except (NotPlainDataError, RuntimeError):  # A thread may change it meanwhile.
            changes = ()
        said = self._aloud.take() if self._aloud and self.depth == 1 else ("", "", ())
        return (changes, *said) if changes or any(said) else ()

    def _message(self, start: tuple[Any, ...], value: Any, told: Told, shared: Mapping[int, Packed] = NOTHING) -> bytes:
        def message(packed: Any, exact: bool = False) -> bytes:
            return frame((*start, packed, *([told] if len(start) == 2 else [])), self._sends, exact)

        if not shared or not any(id(each) in shared for each in containers(value)):
            try:
                return message(("=", value), exact=True)
            except (NotPlainDataError, RuntimeError):
                pass
        try:
            return message(self._packed(value, shared))
        except TooLargeError:
            # Ten thousand named tuples may still cross as tuples.
            try:
                return message(("=", value))
            except NotPlainDataError:
                pass
            raise

    def _packed(self, value: Any, shared: Mapping[int, Packed] = NOTHING) -> Packed:
        try:
            return self.objects.pack(value, shared=shared)
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
