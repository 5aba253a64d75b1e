"""Objects of the program in the process of its test: examples of programs that return more than plain data."""

import textwrap

import pytest

from astor.records import Outcome
from astor.sandbox import CheckJob


def judged(sandbox, program, *bodies):
    """What each of the bodies of a test function comes to."""
    tests = "".join(
        f"def test_{n}():\n{textwrap.indent(textwrap.dedent(body), '    ')}\n" for n, body in enumerate(bodies)
    )
    test = f"import pytest, solution\nfrom solution import *\n{tests}".replace("from solution import *\n", "")
    (result,) = sandbox.run([CheckJob(textwrap.dedent(program), "make", test, style="pytest")])
    assert result.outcome is not Outcome.INFRASTRUCTURE_ERROR, result
    assert len(result.claims) == len(bodies)
    return [claim.exception or claim.value for claim in result.claims]


def passes(sandbox, program, *bodies):
    came_to = judged(sandbox, program, *bodies)
    assert came_to == [True] * len(bodies), came_to


def refused(sandbox, program, body):
    """How many operations were refused, and why."""
    test = f"import pytest, solution\ndef test_one():\n{textwrap.indent(textwrap.dedent(body), '    ')}\n"
    (result,) = sandbox.run([CheckJob(textwrap.dedent(program), "make", test, style="pytest")])
    assert result.outcome is Outcome.INFRASTRUCTURE_ERROR, result
    return result.refused, result.detail


def test_a_class_with_state(sandbox):
    program = """
    class Account:
        rate = 0.5
        def __init__(self, balance=0):
            self.balance, self.history = balance, []
        def deposit(self, amount, *, note=""):
            if amount <= 0:
                raise ValueError(amount)
            self.balance += amount
            self.history.append((note, amount))
            return self
        @property
        def empty(self):
            return not self.balance
        @classmethod
        def of(cls, *accounts):
            return cls(sum(account.balance for account in accounts))
        def __getitem__(self, place):
            return self.history[place]
        def __setitem__(self, place, entry):
            self.history[place] = entry
        def __delitem__(self, place):
            del self.history[place]
        def __repr__(self):
            return f"Account({self.balance})"
    make = Account
    """
    passes(
        sandbox,
        program,
        """
        account = make(1)
        assert account.deposit(2, note="a") is account
        assert account.deposit(3).deposit(4) == account
        assert (account.balance, account.empty, account.rate) == (10, False, 0.5)
        """,
        """
        with pytest.raises(ValueError):
            make().deposit(-1)
        """,
        """
        one = make().deposit(1, note="x")
        assert (one[0], one[0:], repr(one), str(one)) == (("x", 1), [("x", 1)], "Account(1)", "Account(1)")
        one[0] = "y"
        assert one.history == ["y"]
        del one[0]
        assert one.history == []
        """,
        """
        one = make(1)
        one.balance = 5
        one.owner = make(2)
        assert make.of(one, one.owner).balance == 7
        del one.owner
        assert not hasattr(one, "owner") and hasattr(one, "balance") and "deposit" in dir(one)
        """,
        """
        accounts = {"a": [make(1), make(2)], "b": (make(3),)}
        assert make.of(*accounts["a"], *accounts["b"]).balance == 6
        assert len({accounts["a"][0], accounts["a"][0], accounts["a"][1]}) == 2
        """,
        """
        import copy
        one = make(1)
        for other in (copy.copy(one), copy.deepcopy(one)):
            assert other is not one and other.deposit(1).balance == 2 and one.balance == 1
        """,
    )


def test_a_decorator(sandbox):
    program = """
    import functools
    def make(times):
        def decorator(function):
            @functools.wraps(function)
            def wrapper(*arguments, **keywords):
                wrapper.calls += 1
                for attempt in range(times):
                    try:
                        return function(*arguments, **keywords)
                    except ConnectionError:
                        pass
                raise TimeoutError
            wrapper.calls = 0
            return wrapper
        return decorator
    """
    passes(
        sandbox,
        program,
        """
        tries = []
        @make(3)
        def fetch(url, *, size=1):
            "Fetches."
            tries.append(url)
            if len(tries) < 3:
                raise ConnectionResetError
            return [url] * size
        assert fetch("a", size=2) == ["a", "a"]
        assert (tries, fetch.calls, fetch.__name__, fetch.__doc__) == (["a"] * 3, 1, "fetch", "Fetches.")
        """,
        """
        from unittest.mock import Mock
        broken = Mock(side_effect=ConnectionError)
        with pytest.raises(TimeoutError):
            make(2)(broken)(1, a=2)
        broken.assert_called_with(1, a=2)
        assert broken.call_count == 2
        """,
        """
        @make(1)
        def other():
            raise KeyError("b")
        pytest.raises(KeyError, other)
        """,
    )


def test_a_context_manager(sandbox):
    program = """
    import contextlib
    log = []
    @contextlib.contextmanager
    def make(name):
        log.append(f"enter {name}")
        try:
            yield [name]
        except KeyError:
            log.append("KeyError")
            raise
        finally:
            log.append(f"exit {name}")
    class Quiet:
        def __enter__(self): return self
        def __exit__(self, kind, error, traceback):
            self.kind = kind and kind.__name__
            return True
    """
    passes(
        sandbox,
        program,
        """
        with make("a") as value:
            assert value == ["a"] and solution.log == ["enter a"]
        assert solution.log == ["enter a", "exit a"]
        """,
        """
        with pytest.raises(KeyError), make("b"):
            raise KeyError("mine")
        assert solution.log[-2:] == ["KeyError", "exit b"]
        """,
        # It is told what was raised, and can suppress none of it.
        """
        quiet = solution.Quiet()
        with pytest.raises(ValueError):
            with quiet:
                raise ValueError
        assert quiet.kind == "ValueError"
        with quiet:
            pass
        assert quiet.kind is None
        """,
    )


def test_generators_and_iterators(sandbox):
    program = """
    import itertools
    def make(count):
        for number in itertools.count() if count is None else range(count):
            received = yield number
            if received:
                yield received
        return "done"
    class Numbers:
        def __init__(self, *numbers): self.numbers = numbers
        def __iter__(self): return iter(self.numbers)
        def __reversed__(self): return reversed(self.numbers)
        def __len__(self): return len(self.numbers)
    """
    passes(
        sandbox,
        program,
        "assert list(make(3)) == [0, 1, 2] and sum(make(4)) == 6 and max(make(4)) == 3",
        """
        import itertools
        assert list(itertools.islice(make(None), 3)) == [0, 1, 2]
        """,
        """
        numbers = make(2)
        assert iter(numbers) is numbers
        assert (next(numbers), next(numbers), next(numbers, "end")) == (0, 1, "end")
        with pytest.raises(StopIteration):
            next(numbers)
        """,
        """
        numbers = make(2)
        next(numbers)
        assert numbers.send("hello") == "hello"
        numbers.close()
        assert list(numbers) == []
        """,
        """
        first, *rest = solution.Numbers(1, 2, 3)
        assert (first, rest, len(solution.Numbers(1))) == (1, [2, 3], 1)
        assert list(reversed(solution.Numbers(1, 2))) == [2, 1]
        assert [a + b for a, b in zip(solution.Numbers(1, 2), make(2))] == [1, 3]
        """,
        "assert 2 in make(5) and 7 not in make(5)",
    )


def test_functions_that_take_and_give_functions(sandbox):
    program = """
    def make(*functions):
        def composed(value):
            for function in functions:
                value = function(value)
            return value
        return composed
    def sort(items, key): return sorted(items, key=key)
    class Node:
        def __init__(self, value, *children): self.value, self.children = value, children
        def walk(self, visit):
            visit(self)
            for child in self.children: child.walk(visit)
    class Bus:
        def __init__(self): self.listeners = []
        def on(self, listener): self.listeners.append(listener); return listener
        def off(self, listener): self.listeners.remove(listener)
        def fire(self, *event): return [listener(*event) for listener in self.listeners]
    def threads(function, items):
        from concurrent.futures import ThreadPoolExecutor
        with ThreadPoolExecutor(4) as pool: return list(pool.map(function, items))
    def swallow(function, *arguments):
        try: function(*arguments)
        except Exception as error: return type(error).__name__
    """
    passes(
        sandbox,
        program,
        "assert make(lambda x: x + 1, str, len)(99) == 3",
        "assert make(make(abs), make(lambda x: [x]))(-1) == [1]",
        "assert solution.sort(['bb', 'a'], key=len) == ['a', 'bb']",
        "assert solution.sort([1, 2, 3], key=lambda x: -x) == [3, 2, 1]",
        "assert solution.threads(lambda x: x * x, range(9)) == [x * x for x in range(9)]",
        """
        tree = solution.Node(1, solution.Node(2), solution.Node(3))
        seen = []
        tree.walk(lambda node: seen.append(node.value))
        assert seen == [1, 2, 3]
        """,
        """
        bus, seen = solution.Bus(), []
        def listener(*event):
            seen.append(event)
            return bus
        assert bus.on(listener) is listener
        assert bus.fire(1, [2]) == [bus] and seen == [(1, [2])]
        bus.off(listener)
        assert bus.fire() == []
        """,
        """
        def broken(x):
            return {}[x]
        assert solution.swallow(broken, 1) == "KeyError"
        """,
    )


def test_what_a_function_of_the_test_asserts_decides_whatever_the_program_does_with_it(sandbox):
    program = """
    def make(function, *arguments):
        try: function(*arguments)
        except BaseException as error: return type(error).__name__
    """
    body = "def check(x): assert x == 1\nmake(check, 2)"
    assert judged(sandbox, program, body, body.replace("2)", "1)")) == ["AssertionError", True]
    assert judged(sandbox, program, "def leave(): raise SystemExit\nmake(leave)") == ["SystemExit"]


def test_coroutines_run_in_the_program_while_they_are_awaited(sandbox):
    program = """
    import asyncio
    async def make(value, seconds=0.0):
        await asyncio.sleep(seconds)
        if value is None: raise LookupError
        return value
    async def together(*coroutines): return await asyncio.gather(*coroutines)
    async def count(most):
        for number in range(most): yield number
    class Connection:
        async def __aenter__(self): return self
        async def __aexit__(self, *_): self.closed = True
    """
    passes(
        sandbox,
        program,
        """
        import asyncio, inspect
        assert inspect.iscoroutine(coroutine := make(1))
        assert asyncio.run(coroutine) == 1
        """,
        """
        import asyncio
        async def main():
            assert await make([1]) == [1]
            assert await asyncio.gather(make(1), make(2)) == [1, 2]
            assert await solution.together(make(1), make(2)) == [1, 2]
            assert [number async for number in solution.count(3)] == [0, 1, 2]
            async with solution.Connection() as connection:
                pass
            assert connection.closed
            with pytest.raises(LookupError):
                await make(None)
        asyncio.run(main())
        """,
    )


def test_results_that_are_data_classes_and_the_like(sandbox):
    program = """
    import dataclasses, enum, collections
    @dataclasses.dataclass(order=True)
    class Point:
        x: int
        y: int = 0
        def __add__(self, other): return Point(self.x + other.x, self.y + other.y)
        def __mul__(self, factor): return Point(self.x * factor, self.y * factor)
        __rmul__ = __mul__
        def __neg__(self): return Point(-self.x, -self.y)
        def __matmul__(self, other): return self.x * other.x + self.y * other.y
        def __abs__(self): return (self.x ** 2 + self.y ** 2) ** 0.5
    class Color(enum.Enum):
        RED = 1
    class Number(enum.IntEnum):
        ONE = 1
    Pair = collections.namedtuple("Pair", "a b")
    def make(*arguments): return Point(*arguments)
    """
    passes(
        sandbox,
        program,
        "point = make(1, 2)\nassert (point.x, point.y, repr(point)) == (1, 2, 'Point(x=1, y=2)')",
        "assert (make(1, 2) + make(3)).x == 4 and (make(1, 2) * 3).y == 6 and (3 * make(1)).x == 3",
        "assert make(1, 2) @ make(3, 4) == 11 and abs(make(3, 4)) == 5.0 and (-make(1)).x == -1",
        "assert make(1) < make(2) and sorted([make(2), make(1)])[0].x == 1",
        "point = make(1)\npoint += make(1)\nassert point.x == 2 and sum([make(2)], make(1)).x == 3",
        "assert vars(make(1, 2)) == {'x': 1, 'y': 2}",
        "assert solution.Color.RED is solution.Color.RED and solution.Color(1) == solution.Color.RED",
        "assert solution.Color.RED.value == 1 and solution.Color['RED'].name == 'RED'",
        "assert solution.Number.ONE == 1 and solution.Pair(1, 2) == (1, 2)",
        # Equal objects of the program are not the same object.
        "assert make(1) != make(1)",
    )
    assert judged(sandbox, program, "assert make(1) == make(1)", "assert make(1) < 3", "assert make(3)") == [
        "AssertionError",
        "TypeError",
        "TypeError",
    ]


def test_exceptions_of_the_program_can_be_caught_by_their_class(sandbox):
    program = """
    class Base(Exception): pass
    class Special(Base, KeyError): pass
    class Fatal(BaseException): pass
    class Claim(AssertionError): pass
    def make(kind=Special): raise kind("secret")
    """
    passes(
        sandbox,
        program,
        """
        with pytest.raises(solution.Base) as raised:
            make(solution.Special)
        assert raised.value.args == () and raised.type is solution.Special
        """,
        "pytest.raises(KeyError, make)\npytest.raises(solution.Base, make)",
        """
        try:
            make(ValueError)
        except solution.Special:
            raise AssertionError
        except ValueError:
            pass
        """,
        "pytest.raises(RuntimeError, make, solution.Fatal)\npytest.raises(RuntimeError, make, solution.Claim)",
        "assert issubclass(solution.Special, solution.Base) and not issubclass(solution.Claim, AssertionError)",
    )


def test_names_of_the_program_can_be_patched(sandbox):
    program = """
    import time
    LIMIT = 3
    def now(): return time.time()
    def make(): return now() + LIMIT
    """
    passes(
        sandbox,
        program,
        """
        from unittest.mock import patch
        with patch("solution.now", return_value=4), patch.object(solution, "LIMIT", 5):
            assert make() == 9
        assert make() > 1e9 and solution.LIMIT == 3
        """,
    )


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("make(object())", "passes 'object'"),
        ("make([1, {'a': object()}])", "passes 'object'"),
        ("make(x for x in [1])", "passes 'generator'"),
        ("make(lambda: object())()", "passes 'object'"),
        ("class Mine: pass\nmake(Mine)", "passes 'type'"),
        ("try:\n    make(object())\nexcept TypeError:\n    pass", "passes 'object'"),
        ("import decimal\nmake(decimal.Decimal(1))", "passes 'Decimal'"),
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
        "isinstance(make(1), solution.Thing)",
        "issubclass(int, solution.Thing)",
        "class Mine(solution.Thing): pass",
        "import pickle\npickle.dumps(make(1))",
        "import pickle\npickle.dumps({'a': [make(1)]})",
        "import copy\ncopy.copy(solution.numbers())",
        "import json\njson.dumps(make(1))",
    ],
)
def test_what_is_impossible_with_an_object_of_the_program_is_no_fault_of_the_test(sandbox, body):
    program = "class Thing: pass\ndef make(x): return Thing()\ndef numbers():\n    yield 1"
    # Copying a generator and JSON of an object are impossible anywhere, so a test may be right to ask for the error.
    everywhere = "copy" in body or "json" in body
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
    for program, outcome in ((raises, Outcome.PASSED), (answers, Outcome.FAILED)):
        jobs = [CheckJob(textwrap.dedent(program), "make", test, style=name) for name, test in tests.items()]
        assert [result.outcome for result in sandbox.run(jobs)] == [outcome] * 2


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
    assert (result.outcome, result.refused) == (Outcome.FAILED, 0)


def test_every_refusal_is_counted(sandbox):
    count, _ = refused(
        sandbox, "def make(x): pass", "for _ in range(5):\n    with pytest.raises(TypeError):\n        make({object()})"
    )
    assert count == 5
