"""The test's end of the link: the program as the test process finds it. Standard library only.

Plain data of the program arrives as data, copied; anything else as a handle (`astor.sandbox.inside.handle`), the same
object as the same one. But a class of exceptions arrives as a class with such bases, so that `except` finds what the
program raises; and a coroutine as a coroutine, which runs in the program's process while it is awaited.

An exception arrives as a new one with the same arguments, text and attributes, as far as those are data. What is no
Exception, but for SystemExit, and StopIteration where no iteration asked for it arrive as RuntimeError.

Functions and other callables of the test, but no classes, arrive in the program as functions with a name, a docstring
and nothing else. They are called here, with data or handles. An AssertionError in one is raised again where the test
called the program, whatever the program makes of it.

Any other object of the test can't cross: that raises TypeError and is counted, and the test is blamed. But where the
program had a hand in there being such an object, it is at fault, as with an operator of its own object that the test
uses on what can't cross. A fault is kept: what the test makes of the exception changes nothing.
"""

import builtins
import sys
from types import (
    AsyncGeneratorType,
    CoroutineType,
    GeneratorType,
    GenericAlias,
    MappingProxyType,
    ModuleType,
    TracebackType,
    UnionType,
)
from typing import Any, NoReturn

from astor.sandbox.inside import exceptions
from astor.sandbox.inside.handle import Handle, NotDataError
from astor.sandbox.inside.link import Link
from astor.sandbox.inside.object_table import TYPES, ObjectTable, Packed

_MADE_OF_ANSWERS = (TracebackType, type(NotImplemented), UnionType, GenericAlias, MappingProxyType)
"""What comes of the program's exceptions, data and classes by attributes and operators, and of nothing else in a test
that is in its senses."""

TEST_MODULES = frozenset({"check", "tests", "__main__"})
"""Names of the modules that a test is."""

_NEVER_RUN = (AsyncGeneratorType, CoroutineType, GeneratorType)


class RemoteProgram:
    """Asks on behalf of handles, and counts what it refuses. `reads` and `sends` as for `Link`."""

    def __init__(self, descriptor: int, reads: int, sends: int, takes_functions: bool = True) -> None:
        self._takes_functions = takes_functions
        self.refused = 0
        """What the test wanted and can't be expressed."""
        self.why = self.latest = ""
        """The first of them, and the latest."""
        self.faults = 0
        """What the program did that no test may pass with."""
        self.fault = ""
        """The first of them."""
        self.consulted = False
        """Whether the program was asked for more than its functions and classes by their names."""
        self.tainted: set[Handle] = set()
        """Handles whose objects have seen data of the test in an operator."""
        self._operates = -1
        """The depth of questions in which an operator of the program's object is being asked for."""
        self._kept: BaseException | None = None
        self._objects = ObjectTable(self._describe, self._proxy, self._attribute)
        self.link = Link(descriptor, self._objects, {"call": self._call_back}, reads, sends)
        self.module, self.entry = (self._objects.unpack(("mine", number, "object")) for number in (0, 1))

    def ask(self, operation: str, target: Any, /, *arguments: Any, **keywords: Any) -> Any:
        """The program's answer, or what it raised, or what a function of the test has raised for good."""
        self.consulted = self.consulted or operation != "getattr" or target is not self.module
        try:
            answer = self.link.ask(operation, target, *arguments, **keywords)
            self.consulted = self.consulted or not isinstance(answer, Handle | type)
            return answer
        except StopIteration as error:
            if operation == "next":
                raise
            # In a test's `map` it would pass for the end, and what isn't compared isn't wrong: as PEP 479 has it.
            raise RuntimeError("the program raised StopIteration") from error
        finally:
            if self._kept is not None and self.link.depth == 0:
                kept, self._kept = self._kept, None
                raise kept

    def operate(self, operation: str, /, *operands: Any) -> Any:
        """As `ask`, of an operator: with data the test wouldn't ask the program, so it answers for what can't cross."""
        outer, self._operates = self._operates, self.link.depth
        try:
            return self.ask(operation, *operands)
        finally:
            self._operates = outer

    def _attribute(self, value: Any, name: str) -> Any:
        return self.ask("getattr", value, name)

    def knows(self, value: Any) -> bool:
        """Whether something is an object of the program, or one of a class of its."""
        named = (self._objects.named(each) for each in (value, type(value)))
        return any(known is not None and known[0] == "yours" for known in named)

    async def wait(self, awaitable: Any) -> Any:
        """What comes of an awaitable object of the program."""
        return self.ask("await", awaitable)

    def leave(self, operation: str, manager: Handle, kind: type[BaseException] | None) -> None:
        """Leave a context of the program; what it raises replaces nothing that the test raised."""
        known = (base for base in (kind.__mro__ if kind else ()) if self._objects.named(base))
        try:
            self.ask(operation, manager, next(known, kind and RuntimeError))
        except Exception:
            if kind is None:
                raise

    def refuse(self, what: str) -> NoReturn:
        """Count it, and raise TypeError."""
        self.refused += 1
        self.latest = f"it {what}"
        self.why = self.why or self.latest
        raise TypeError(f"the test {what}")

    def ran(self, returned: Any) -> Any:
        """What a function of the test returned; refused where that is its own body, which nothing runs."""
        if type(returned) in _NEVER_RUN and self._objects.named(returned) is None:
            self.refuse("is an async function or a generator where none is run")
        return returned

    def raise_fault(self, why: str) -> NoReturn:
        """Keep that the program is at fault, and raise NotDataError."""
        self.faults += 1
        self.fault = self.fault or why
        raise NotDataError(why)

    def _describe(self, value: Any) -> Packed:
        if isinstance(value, list | tuple | dict | set | frozenset):
            # The program's results, as deep as may cross, are deeper where the test passes them on.
            self.raise_fault("data is nested too deeply, or its hashes collide")
        if isinstance(value, type) or not callable(value):
            what = f"passes {ascii(type(value).__name__)[:50]}, which is neither data nor a function"
            if self.link.asked and self._had_a_hand(value):
                self.raise_fault(f"it has the test pass what can't cross: the test {what}")
            self.refuse(what)
        if not self._takes_functions:
            self.refuse("passes a function")
        texts = (getattr(value, "__name__", "function"), getattr(value, "__doc__", ""))
        return tuple(text if isinstance(text, str) else "" for text in texts)

    def _had_a_hand(self, value: Any) -> bool:
        """Whether this may not be there, or not be such an object, but for what the program has answered."""
        if self._operates == self.link.depth:
            return True
        kind, given = type(value), self._objects.classes
        if issubclass(kind, BaseException):
            # It was caught; or its class, which the test may have taken for any callable, came from the program.
            return value.__traceback__ is not None or kind in given
        return value is Handle or kind in _MADE_OF_ANSWERS or (bool(given) and (value is object or value is type))

    def _proxy(self, facts: Packed) -> Any:
        match facts:
            case ("object", *fields):
                return Handle(self, tuple(map(str, fields)))
            case ("exception", str(name), _, *_):
                return exceptions.foreign_class(name, [self._objects.unpack_class(base) for base in facts[2:]])
            case ("coroutine",):
                return self._coroutine()
            case ("iterator", items, str(end), str(name), str(text)):
                return self._iterator(self._objects.unpack(items), end, name, text)
        raise ValueError("no object of the program")

    def _coroutine(self) -> Any:
        async def whole() -> Any:
            return await self.wait(coroutine)

        coroutine = whole()
        return coroutine

    def _iterator(self, items: list[Any], end: str, name: str, text: str) -> Any:
        yield from items
        if end == "raised":
            kind = TYPES.get(name, RuntimeError)
            raise kind(text) if issubclass(kind, Exception) else RuntimeError(text)
        if end != "end":
            self.refuse("goes further over an iterator than is offered")

    def _call_back(self, function: Any, /, *arguments: Any, **keywords: Any) -> Any:
        try:
            return function(*arguments, **keywords)
        except BaseException as error:
            if isinstance(error, AssertionError | NotDataError) or not isinstance(error, Exception):
                self._kept = self._kept or error
            raise


class Solution(ModuleType):
    """A module whose attributes are the program's."""

    def __init__(self, name: str, program: RemoteProgram) -> None:
        super().__init__(name)

        def unpickled(data: bytes) -> Any:
            return program.ask("unpickle", program.module, data)

        # Where `pickle` looks for what makes a handle again.
        unpickled.__module__, unpickled.__qualname__ = name, "_unpickled"
        self.__dict__.update(_program=program, _unpickled=unpickled)

    def __getattr__(self, name: str) -> Any:
        if name == "__all__":
            return self._public_names()
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._program.module, name)

    def _public_names(self) -> list[str]:
        """What `import *` gives: none of the builtins' names, nor of those that the test has already, lest the program
        give it an `all` or a `pytest` of its own."""
        taken = {*dir(builtins), *(name for each in TEST_MODULES for name in vars(sys.modules.get(each, builtins)))}
        names = self._program.ask("dir", self._program.module)
        return [name for name in names if type(name) is str and not name.startswith("_") and name not in taken]

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._program.module, name, value)

    def __delattr__(self, name: str) -> None:
        delattr(self._program.module, name)
