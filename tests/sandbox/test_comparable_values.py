"""What a program's results arrive as: a row of the codec's table each."""

import functools
import math

import pytest

from astor.sandbox import CallsJob, Ending, same_value

ARRIVES = [
    ("None", None),
    ("True", True),
    ("-(10 ** 400)", -(10**400)),
    ("2 ** 63 - 1, -2 ** 63, 2 ** 63", (2**63 - 1, -(2**63), 2**63)),
    ("0.1, -0.0, float('nan'), float('-inf')", (0.1, -0.0, math.nan, -math.inf)),
    ("complex(float('nan'), -0.0)", complex(math.nan, -0.0)),
    ("'é\\ud800\\0'", "é\ud800\0"),
    ("b'\\xff'", b"\xff"),
    ("[1, (2, {3}), frozenset({(4, None)}), {5: [6]}]", [1, (2, {3}), frozenset({(4, None)}), {5: [6]}]),
    ("{float('nan'): 1, (): {}}", {math.nan: 1, (): {}}),
    ("[[]] * 2", [[], []]),
    ("collections.namedtuple('Point', 'x y')(1, 2)", (1, 2)),
    ("enum.IntEnum('Colour', 'RED').RED", 1),
    ("http.HTTPStatus.OK", 200),
    ("collections.Counter('aab')", {"a": 2, "b": 1}),
    ("collections.defaultdict(list, {1: [2]})", {1: [2]}),
    ("collections.OrderedDict(b=1, a=2)", {"b": 1, "a": 2}),
    ("type('Mine', (str,), {'__eq__': lambda *_: True})('a')", "a"),
    (
        "functools.reduce(lambda inner, _: [inner], range(98), [])",
        functools.reduce(lambda inner, _: [inner], range(98), []),
    ),
]

REFUSED = [
    "bytearray(b'a')",
    "memoryview(b'a')",
    "range(2)",
    "iter([])",
    "(x for x in [])",
    "lambda: 1",
    "int",
    "object()",
    "...",
    "NotImplemented",
    "{}.keys()",
    "decimal.Decimal(1)",
    "fractions.Fraction(1, 2)",
    "datetime.date(2000, 1, 1)",
    "array.array('i', [1])",
    "collections.deque([1])",
    "re.match('a', 'a')",
    "math",
    "[1, [2, {3: {4}, 5: ...}]]",
    "functools.reduce(lambda inner, _: [inner], range(200), [])",
    "cycle",
    "{(2 ** 61 - 1) * x for x in range(1, 99)}",
]

PROGRAM = """
import array, collections, datetime, decimal, enum, fractions, functools, http, math, re
cycle = []
cycle.append(cycle)
def solve(expression):
    return eval(expression)
"""


def claims_of(sandbox, expressions):
    (result,) = sandbox.run([CallsJob(PROGRAM, "solve", tuple((expression,) for expression in expressions))])
    assert result.ending is Ending.FINISHED, result.detail
    return result.claims


def test_what_is_plain_data_arrives(sandbox):
    for claim, (expression, expected) in zip(
        claims_of(sandbox, [expression for expression, _ in ARRIVES]), ARRIVES, strict=True
    ):
        assert claim.kind == "value", expression
        assert type(claim.value) is type(expected)
        assert repr(claim.value) == repr(expected)
        assert same_value(claim.value, expected)


def test_anything_else_is_refused_and_equals_nothing(sandbox):
    for claim, expression in zip(claims_of(sandbox, REFUSED), REFUSED, strict=True):
        assert (claim.kind, claim.value) == ("opaque", None), expression


@pytest.mark.parametrize("value", [range(2), ..., bytearray(), object()])
def test_an_expected_value_that_is_no_plain_data_is_never_met(sandbox, value):
    (claim,) = claims_of(sandbox, ["None"])
    assert not same_value(claim.value, value)
    assert not same_value(value, value)
