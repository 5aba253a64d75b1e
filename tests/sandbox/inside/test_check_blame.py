"""What can't be expressed between a test and its program: whose fault it is, and that no test passes by it."""

import textwrap

import pytest
from check_bodies import judged, passes, refused

from astor.sandbox import CheckJob, Ending


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("make(object())", "passes 'object'"),
        ("make([1, {'a': object()}])", "passes 'object'"),
        ("make(x for x in [1])", "passes 'generator'"),
        ("make(lambda: object())()", "passes 'object'"),
        ("class Mine: pass\nmake(Mine)", "passes 'type'"),
        ("try:\n    make(object())\nexcept TypeError:\n    pass", "passes 'object'"),
        ("class Mine(int, __import__('enum').Enum): A = 1\nmake([Mine])", "passes 'EnumType'"),
    ],
)
def test_what_cannot_be_expressed_is_refused_and_counted(sandbox, body, why):
    program = "class Thing:\n    def __init__(self, *_): pass\ndef make(x):\n    return x() if callable(x) else Thing()"
    count, detail = refused(sandbox, program, body)
    assert count == 1
    assert why in detail


@pytest.mark.parametrize(
    "body",
    [
        "make(1)\nmake(object())",
        "make(1)\nmake(ValueError())",
        "pytest.raises(ValueError, make, solution.boom)\nmake(ValueError())",
        "make(1).take(object())",
        "solution.Error\nmake(ValueError())",
        "solution.call(lambda x: object(), 1)",
        "class Mine: pass\nmake(1)\nmake(Mine)",
        "make(1)\nmake(iter([1]))",
    ],
)
def test_what_the_test_alone_hands_over_is_its_own_fault(sandbox, body):
    assert refused(sandbox, HANDS, body)[0] == 1


HANDS = """
class Thing:
    def take(self, *_): pass
    __sub__ = __lt__ = __contains__ = take
class Error(Exception): pass
def boom(): raise ValueError
def make(x): return x() if x is boom else Thing()
def call(function, *arguments): return function(*arguments)
def give(x): return x
def factory(): return ValueError
"""


@pytest.mark.parametrize(
    "body",
    [
        "make(solution.Error(5))",
        "solution.call(lambda resolve, reject: resolve(5), *solution.give([solution.factory(), KeyError]))",
        "solution.call(lambda a, b: a | b, int, str)",
        "make(solution.factory()(3))",
        "make(solution.give([int])[0] | None)",
        "make(type(make(1)))",
        "make(make(1) - object())",
        "make(1) < object()",
        "object() in make(1)",
        "make(solution.give(3).__add__('a'))",
        "try:\n    make(solution.boom)\nexcept Exception as error:\n    make(error)",
        "try:\n    solution.give(3)[0]\nexcept Exception as error:\n    make([error])",
        "try:\n    make(solution.boom)\nexcept Exception as error:\n    make(error.__traceback__)",
    ],
)
def test_what_the_program_had_a_hand_in_is_not_the_fault_of_its_test(sandbox, body):
    caught = f"try:\n{textwrap.indent(body, '    ')}\nexcept TypeError:\n    pass"
    assert judged(sandbox, HANDS, body, caught) == ["TypeError", "AssertionError"]


@pytest.mark.parametrize(
    "body",
    [
        "class Mine(solution.Thing): pass",
        "import pickle\npickle.dumps(solution.numbers())",
        "import copy\ncopy.copy(solution.numbers())",
        "import json\njson.dumps(make(1))",
    ],
)
def test_what_is_impossible_with_an_object_of_the_program_is_no_fault_of_the_test(sandbox, body):
    program = "class Thing: pass\ndef make(x): return Thing()\ndef numbers():\n    yield 1"
    # Such copies of a generator and JSON of an object are impossible anywhere, so a test may be right to ask for it.
    everywhere = "class" not in body
    assert judged(sandbox, program, body, f"with pytest.raises(TypeError):\n{textwrap.indent(body, '    ')}") == [
        "TypeError",
        True if everywhere else "AssertionError",
    ]


def test_what_is_in_an_object_is_what_its_items_and_the_object_say(sandbox):
    program = """
    class Numbers:
        def __init__(self, *numbers): self.numbers = numbers
        def __iter__(self): return iter(self.numbers)
    class Right(Numbers):
        def __contains__(self, number): return number in self.numbers
    class All(Numbers):
        def __contains__(self, number): return True
    class Empty(Numbers):
        def __contains__(self, number): return False
    class Trie:
        def __contains__(self, word): return True
    class Nothing: pass
    def make(): pass
    """
    right = "numbers = solution.{}(1, 2)\nassert 2 in numbers and 5 not in numbers"
    passes(sandbox, program, right.format("Numbers"), right.format("Right"))
    passes(sandbox, program, "with pytest.raises(TypeError):\n    1 in solution.Nothing()")
    wrong = ["assert 2 in solution.All(1, 2)", "assert 5 not in solution.All(1, 2)", "assert 2 in solution.Empty(1, 2)"]
    wrong += ["assert 5 not in solution.Trie()", "with pytest.raises(TypeError):\n    1 in solution.Trie()"]
    assert judged(sandbox, program, *wrong) == [True, "TypeError", "TypeError", "TypeError", "AssertionError"]


DATA_DUE = [
    "make(3) < 5",
    "5 >= make(3)",
    "make(3) + 5",
    "5 - make(3)",
    "pow(make(3), 5, 7)",
    "divmod(make(3), 5)",
    "x = make(3)\nx += 5",
    "bool(make(3))",
    "abs(make(3) * 2)",
    "next(make(3) * 2)",
    "make(3).startswith('a')",
]


@pytest.mark.parametrize("body", DATA_DUE)
def test_a_type_error_that_a_test_demands_must_be_the_programs_own(sandbox, body):
    answers = """
    class Money:
        def __init__(self, n): pass
        def yes(self, *_): return True
        def me(self, *_): return self
        def five(self, *_): return 5
        def end(self): raise StopIteration
        def __getattr__(self, name): return self.yes
        __lt__ = __le__ = __bool__ = yes
        __add__ = __rsub__ = __pow__ = __divmod__ = __iadd__ = __abs__ = five
        __mul__ = me
        __next__ = end
    make = Money
    """
    raises = """
    class Money:
        def __init__(self, n): pass
        def refuse(self, *_): raise TypeError
        __bool__ = startswith = refuse
    def make(n): return Money(n)
    """
    if "startswith" in body:
        raises = raises.replace("startswith", "startswith = property(refuse); _")
    demanded = [
        f"with pytest.raises(TypeError):\n{textwrap.indent(body, '    ')}",
        f"try:\n{textwrap.indent(body, '    ')}\nexcept (TypeError, StopIteration):\n    pass",
    ]
    passes(sandbox, raises, *demanded)
    assert judged(sandbox, answers, *demanded) == ["AssertionError"] * 2
    demands = f"        with self.assertRaises(TypeError):\n{textwrap.indent(body, ' ' * 12)}"
    tests = {
        "check": f"def check(make):\n{textwrap.indent(demanded[1], '    ')}",
        "unittest": f"import unittest\nclass T(unittest.TestCase):\n    def test_one(self):\n{demands}",
    }
    for program, ending in ((raises, Ending.FINISHED), (answers, Ending.FAILED)):
        jobs = [CheckJob(textwrap.dedent(program), "make", test, style=name) for name, test in tests.items()]
        assert [result.ending for result in sandbox.run(jobs)] == [ending] * 2


def test_what_the_program_did_fails_its_own_test_function_alone(sandbox):
    program = "class Thing: pass\nmake = Thing"
    assert judged(sandbox, program, "make()", "pytest.raises(TypeError, bool, make())", "make()") == [
        True,
        "AssertionError",
        True,
    ]


def test_a_test_that_is_loaded_with_what_is_impossible_is_failed_not_unusable(sandbox):
    test = "import solution\nclass Mine(solution.make): pass\ndef test_one(): pass"
    (result,) = sandbox.run([CheckJob("def make(): pass", "make", test, style="pytest")])
    assert (result.ending, result.refused) == (Ending.FAILED, 0)


def test_every_refusal_is_counted(sandbox):
    count, _ = refused(
        sandbox, "def make(x): pass", "for _ in range(5):\n    with pytest.raises(TypeError):\n        make({object()})"
    )
    assert count == 5
