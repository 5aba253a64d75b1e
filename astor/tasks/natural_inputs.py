"""The natural inputs of our tasks."""

import re
from typing import ClassVar

from pydantic import ConfigDict, Field

from astor.data.diffs import changed_files, why_nothing_changes
from astor.errors import UserError
from astor.tasks.front_door import TaskRequest

DEFAULT_NAME = "f"
"""Of a function that nobody named: what generated functions are called. Our choice."""
_DEFINED = re.compile(r"^(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)", re.MULTILINE)
_FUNCTION = re.compile(r"^(?:async[ \t]+)?def[ \t]+(\w+)", re.MULTILINE)
_NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)?")


class CommitRequest(TaskRequest):
    """A change of code, of which the message is asked."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"diff": "--- a/f.py\n+++ b/f.py\n@@ -1 +1 @@\n-x = 1\n+x = 2\n"}}
    )
    main: ClassVar[str] = "diff"
    diff: str
    """A diff, as `git diff --cached` writes it."""

    def check(self) -> None:
        if why := why_nothing_changes(changed_files(self.diff)):
            raise UserError(f"diff: {why}: give one that removes or adds a line, as `git diff --cached` writes it.")


class CodeRequest(TaskRequest):
    """A description, of which the code is asked."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"description": "reverse, then first item", "argument_type": "list"}}
    )
    main: ClassVar[str] = "description"
    description: str
    """What the function shall do, in words."""
    name: str = DEFAULT_NAME
    """What the function shall be called, or `Solution.solve` of a method."""
    argument_type: str = ""
    """What its argument is, as `list`; prompts in words do not say it."""
    preamble: str = ""
    """Code that will stand above it, as imports and helpers."""
    tests: tuple[str, ...] = ()
    """Lines such as `assert f([1, 2]) == 2` that the prompt shows."""

    def check(self) -> None:
        if not self.description.strip():
            raise UserError("description is empty: say in words what the function shall do.")
        if not _NAME.fullmatch(self.name):
            raise UserError(f"name is {self.name[:80]!r}: give a function's name, as f, or a method's, as Solution.f.")


class _OfFunction(TaskRequest):
    main: ClassVar[str] = "source"
    source: str = Field(description="Python source that defines the function.")
    name: str = Field(default="", description="Name of the function; the last one that the source defines if empty.")

    @property
    def entry(self) -> str:
        """The function's name; empty where the source defines none."""
        return self.name or next(reversed(_FUNCTION.findall(self.source)), "")

    def check(self) -> None:
        if not self.entry:
            raise UserError("source defines no function: give Python with a line that begins with def.")
        if not _NAME.fullmatch(self.entry) or not self._defines(self.entry):
            raise UserError(f"name is {self.entry[:80]!r}, which source does not define: give a function of it.")

    def _defines(self, name: str) -> bool:
        return name.partition(".")[0] in _DEFINED.findall(self.source)


class TestsRequest(_OfFunction):
    """A function, of which tests are asked."""

    __test__ = False
    model_config = ConfigDict(json_schema_extra={"example": {"source": "def f(x):\n    return x + 1"}})

    def check(self) -> None:
        super().check()
        if "." in self.entry:
            raise UserError(f"name is {self.entry!r}: tests are written for functions, not for methods.")


class IORequest(_OfFunction):
    """A function and one of its calls, whose result is asked; or a value, of which arguments are asked that give it."""

    model_config = ConfigDict(json_schema_extra={"example": {"source": "def f(x):\n    return x + 1", "call": "f(4)"}})
    call: str = ""
    """A call of the function with literals, as `f(4)`, whose result is asked."""
    value: str = ""
    """A Python literal, in the place of a call: arguments are asked for which the function returns it."""

    @property
    def kind(self) -> str:
        return "input" if self.value else "output"

    def check(self) -> None:
        super().check()
        if bool(self.call.strip()) == bool(self.value.strip()):
            raise UserError("call and value: give one of them, the call whose result is asked or the value to reach.")
        called = self.call.strip().partition("(")[0]
        if self.call and not (self.call.strip().endswith(")") and self._defines(called)):
            raise UserError(f"call is {self.call[:80]!r}: write a call of a function in source, as {self.entry}(4).")
