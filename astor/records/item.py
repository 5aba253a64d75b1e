"""Items: what sources yield, before any task has looked at it."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from astor.records.message import Message
from astor.records.record import Record
from astor.tolerance import Tolerance


class Call(Record):
    """One call of a function and what it returns, as Python literals: JSON has no tuples, sets or bytes."""

    arguments: str
    """Literal of the tuple of positional arguments, as `"([3, 1], 2)"`."""
    returns: str
    """Literal of the result, plain data."""


class Function(Record):
    """A Python function with its description and tests."""

    kind: Literal["function"] = "function"
    entry: str
    """Name of the function that the calls call, or `Solution.solve` of a method, which each call calls on a new
    `Solution()`."""
    source: str
    """Source that defines it, complete in itself; empty where nobody gave one, and the tests cannot be shown right."""
    other_sources: tuple[str, ...] = ()
    """Further sources that are said to be right; verification puts the first that passes in the place of `source`."""
    description: str = ""
    """What it does, in words; without one nobody is asked to write it."""
    preamble: str = ""
    """Source that a prompt shows, as imports and helpers, and that stands before each answer when it runs."""
    calls: tuple[Call, ...] = ()
    """Tests in the form of data; the first ones may be shown to a policy."""
    check: str | None = None
    """Source that defines `check(candidate)`, for tests that are not data; or tests in the style of `check_style`."""
    check_style: Literal["check", "unittest", "pytest"] = "check"
    """What runs `check`, as `astor.sandbox.CheckJob` has it."""
    mutants: tuple[str, ...] = ()
    """Sources that differ from `source` in behaviour on some argument."""
    tolerance: Tolerance | None = None
    """How far a float that a program returns may lie from that of a call; as `same_value` has it where None."""
    result_type: str = ""
    """What the function returns, where the source says so: `int`, `list`."""
    argument_type: str = ""
    """What its argument is, where the source says so."""


class StdinTest(Record):
    """What a program is given on its standard input, and what it then writes to its standard output."""

    stdin: str
    """Standard input."""
    stdout: str
    """The right output, which is shown where one is."""
    others: tuple[str, ...] = ()
    """Other outputs that are right too."""

    @property
    def outputs(self) -> tuple[str, ...]:
        """All outputs that are right, the first one to be shown."""
        return (self.stdout, *self.others)


class Program(Record):
    """A problem that whole programs solve: they read standard input and write standard output.

    A program is right on a test when the sandbox's `same_output(written, output, compare, tolerance)` holds for what a
    `StdinJob` of it wrote and one of the test's outputs; or, where there is a `checker`, when that accepts it. Public
    tests may be shown to a policy, in prompts and in feedback; hidden tests are for rewards and scores alone, and no
    text that a policy reads may hold one. No test is both.
    """

    kind: Literal["program"] = "program"
    description: str
    """The statement of the problem, in words."""
    solutions: tuple[str, ...] = ()
    """Programs that are said to be right: the first one is demonstrated; verification takes away those before the first
    one that passes the tests."""
    public_tests: tuple[StdinTest, ...] = ()
    """What a policy may see."""
    hidden_tests: tuple[StdinTest, ...] = ()
    """What none sees."""
    compare: Literal["exact", "whitespace", "float"] = "whitespace"
    """How outputs are compared, as `astor.sandbox.same_output` defines it."""
    tolerance: Tolerance | None = None
    """How far numbers may lie apart where `compare` is `float`: 1e-6, absolute or relative, where None."""
    checker: str | None = None
    """Program that decides in place of `compare`, as a `CheckedStdinJob` runs it, where many outputs are right."""


class Commit(Record):
    """A change of code and the message that a person wrote for it."""

    kind: Literal["commit"] = "commit"
    diff: str
    """Unified diff."""
    message: str
    """What a person wrote for it, without trailers."""
    repository: str = ""
    """Its name; empty where it is not known."""


class Conversation(Record):
    """A problem, and what was said of it so far: answers that do not solve it yet, and replies to them."""

    kind: Literal["conversation"] = "conversation"
    problem: Annotated[Function | Program | Commit, Field(discriminator="kind")]
    """What the conversation is about."""
    said: tuple[Message, ...]
    """Answers and replies to them in turn, after the question; the last one is a reply."""
    prev_best: float = Field(default=0.0, ge=0, le=1)
    """Largest share of the problem's tests that one of the programs passes."""


class Item(Record):
    """Something that one or several tasks can be made of; it knows of none of them."""

    schema_version: ClassVar[int] = 4

    id: str
    """Unique in its source."""
    content: Annotated[Function | Program | Commit | Conversation, Field(discriminator="kind")]
    """A function, a program, a commit or a conversation."""
    source: str
    """Name of the source that yielded it."""
    licence: str
    """SPDX identifier, or `unknown`."""
    structural_hash: str
    """Equal for functions that differ in names alone; splits depend on it."""
    difficulty: int = 0
    """Bucket, 0 (easiest or unknown) upwards."""


class DataOrigin(Record):
    """Where some items of a run came from."""

    source: str
    """Name of their source."""
    licence: str
    """SPDX identifier, or `unknown`."""
    items: int
    """How many of them prompts or demonstrations were made of."""
