"""The grammar of generated functions: operations on few types, each with several wordings.

`#` stands for the operation's constant. Arithmetic and lists are the quickstart's grammar: a policy of under a million
parameters learns its small constants and short expressions in minutes. Strings, loops and dicts are for larger ones.
"""

from dataclasses import dataclass
from typing import Literal

Family = Literal["arithmetic", "lists", "strings", "loops", "dicts"]
Type = Literal["int", "list", "str", "dict"]

VARIABLES: dict[Type, str] = {"int": "x", "list": "a", "str": "s", "dict": "d"}


@dataclass(frozen=True)
class Operation:
    """One step of a function: the value of `expression` after `body`, in terms of the variable of type `takes`."""

    family: Family
    takes: Type
    gives: Type
    expression: str
    wordings: tuple[str, ...]
    constants: tuple[str, ...] = ()
    """Literals that `#` may stand for; empty where the operation has no constant."""
    weight: int = 1
    """How often it is drawn, relative to the others."""
    body: tuple[str, ...] = ()
    """Statements before the expression, at the indentation of the function's body."""


@dataclass(frozen=True)
class Guard:
    """A condition under which a step is taken; otherwise the variable stays as it is."""

    condition: str
    wordings: tuple[str, ...]
    constants: tuple[str, ...]


def _numbers(low: int, high: int) -> tuple[str, ...]:
    return tuple(map(str, range(low, high + 1)))


_C, _TIMES, _BOUND, _LETTERS = _numbers(1, 5), _numbers(2, 3), _numbers(3, 8), tuple(map(repr, "abcde"))

OPERATIONS: tuple[Operation, ...] = (
    Operation("arithmetic", "int", "int", "x + #", ("add #", "plus #", "increase by #"), _C, weight=2),
    Operation("arithmetic", "int", "int", "x - #", ("subtract #", "minus #", "decrease by #"), _C, weight=2),
    Operation("arithmetic", "int", "int", "x * #", ("multiply by #", "times #"), _TIMES),
    Operation("arithmetic", "int", "int", "max(x, #)", ("at least #", "no less than #"), _BOUND),
    Operation("arithmetic", "int", "int", "min(x, #)", ("at most #", "no more than #"), _BOUND),
    Operation("lists", "list", "int", "max(a)", ("largest item", "maximum")),
    Operation("lists", "list", "int", "len(a)", ("length", "number of items")),
    Operation("lists", "list", "int", "a[0]", ("first item", "item at the start")),
    Operation("lists", "list", "int", "a[-1]", ("last item", "item at the end")),
    Operation("lists", "list", "list", "[v + # for v in a]", ("add # to each", "increase each by #"), _C),
    Operation("lists", "list", "list", "[v for v in a if v > #]", ("keep items above #", "only items over #"), _C),
    Operation("lists", "list", "list", "a[::-1]", ("reverse", "in reverse order")),
    Operation("lists", "list", "list", "a[1:]", ("drop the first item", "all but the first")),
    Operation("lists", "list", "list", "a[:2]", ("first two items", "keep two items")),
    Operation("lists", "list", "list", "a + [#]", ("append #", "put # at the end"), _C),
    Operation("strings", "str", "str", "s[::-1]", ("reverse the text", "text backwards")),
    Operation("strings", "str", "str", "s + #", ("add # to the text", "end with #"), _LETTERS),
    Operation("strings", "str", "str", "# + s", ("put # before the text", "start with #"), _LETTERS),
    Operation("strings", "str", "str", "s[1:]", ("drop the first letter", "all but the first letter")),
    Operation("strings", "str", "str", "s[:2]", ("first two letters", "keep two letters")),
    Operation("strings", "str", "str", "s.upper()", ("in capitals", "make upper case")),
    Operation("strings", "str", "str", "s.replace(#, '')", ("remove every #", "without any #"), _LETTERS),
    Operation("strings", "str", "str", "s * #", ("repeat # times", "# copies"), _TIMES),
    Operation("strings", "str", "int", "len(s)", ("number of letters", "length of the text")),
    Operation("strings", "str", "int", "s.count(#)", ("count #", "how often # occurs"), _LETTERS),
    Operation("loops", "list", "int", "t", ("sum", "total"), body=("t = 0", "for v in a:", "    t = t + v")),
    Operation(
        "loops", "list", "int", "t", ("product", "multiply all items"), body=("t = 1", "for v in a:", "    t = t * v")
    ),
    Operation(
        "loops",
        "list",
        "int",
        "t",
        ("count items above #", "how many exceed #"),
        _C,
        body=("t = 0", "for v in a:", "    if v > #:", "        t = t + 1"),
    ),
    Operation(
        "loops",
        "list",
        "list",
        "b",
        ("running totals", "sum so far at each item"),
        body=("b = []", "t = 0", "for v in a:", "    t = t + v", "    b = b + [t]"),
    ),
    Operation(
        "loops",
        "list",
        "list",
        "b",
        ("drop repeated items", "keep each item once"),
        body=("b = []", "for v in a:", "    if v not in b:", "        b = b + [v]"),
    ),
    Operation(
        "loops",
        "int",
        "int",
        "t",
        ("add 0 to #", "plus every number up to #"),
        _TIMES,
        body=("t = x", "for i in range(# + 1):", "    t = t + i"),
    ),
    Operation(
        "loops",
        "int",
        "list",
        "b",
        ("list # multiples", "its first # multiples"),
        _TIMES,
        body=("b = []", "for i in range(#):", "    b = b + [x * i]"),
    ),
    Operation("dicts", "list", "dict", "{v: a.count(v) for v in a}", ("count each item", "item to its count")),
    Operation("dicts", "list", "dict", "{v: v + # for v in a}", ("map each item to itself plus #",), _C),
    Operation("dicts", "dict", "dict", "{k: v for k, v in d.items() if v > #}", ("keep values above #",), _C),
    Operation("dicts", "dict", "dict", "{k: v + # for k, v in d.items()}", ("add # to each value",), _C),
    Operation("dicts", "dict", "dict", "{v: k for k, v in d.items()}", ("swap keys and values", "invert")),
    Operation("dicts", "dict", "list", "list(d)", ("list the keys", "keys in order")),
    Operation("dicts", "dict", "list", "list(d.values())", ("list the values", "values in order")),
    Operation("dicts", "dict", "int", "d.get(#, 0)", ("value of key #", "look up # or 0"), _C),
    Operation("dicts", "dict", "int", "len(d)", ("number of keys", "how many keys")),
)

GUARDS: dict[Type, Guard] = {
    "int": Guard("x < #", ("if below #", "when under #"), _C),
    # Generated lists have 2 or 3 items at first: longer bounds would make the guard a constant.
    "list": Guard("len(a) > #", ("if longer than #", "when over # long"), _numbers(1, 2)),
    "str": Guard("len(s) > #", ("if longer than #", "when over # long"), _numbers(1, 3)),
    "dict": Guard("len(d) > #", ("if more than # keys", "when over # keys"), _numbers(1, 2)),
}


@dataclass(frozen=True)
class Step:
    """One operation with its constant and, perhaps, the constant of its guard."""

    operation: Operation
    constant: str = ""
    guard: str = ""

    def lines(self, last: bool) -> list[str]:
        """The step's statements; the last step of a function returns."""
        operation = self.operation
        value = operation.expression.replace("#", self.constant)
        variable = VARIABLES[operation.gives]
        if self.guard:
            value = f"{value} if {GUARDS[operation.takes].condition.replace('#', self.guard)} else {variable}"
        body = [line.replace("#", self.constant) for line in operation.body]
        return [*body, f"return {value}" if last else f"{variable} = {value}"]


Chain = tuple[Step, ...]


def render(chain: Chain) -> str:
    """The source of the function `f` that takes the chain's steps in order, without a newline at its end."""
    lines = [line for number, step in enumerate(chain, start=1) for line in step.lines(last=number == len(chain))]
    return "\n    ".join([f"def f({VARIABLES[chain[0].operation.takes]}):", *lines])
