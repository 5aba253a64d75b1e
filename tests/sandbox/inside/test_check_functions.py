"""Functions, coroutines, exceptions and names of the program, as its test has them."""

from check_bodies import judged, passes


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
        "assert make(1) == solution.Point(1) != make(2) and make(1, 2) in [make(2, 1), make(1, 2)]",
    )
    assert judged(sandbox, program, "assert make(1) < 3", "assert make(3)") == ["TypeError", "TypeError"]


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
        assert raised.value.args == ("secret",) and raised.type is solution.Special
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
        "pytest.raises(RuntimeError, make, solution.Fatal)\npytest.raises(AssertionError, make, solution.Claim)",
        "assert issubclass(solution.Special, solution.Base) and not issubclass(solution.Special, ValueError)",
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


def test_all_names_of_the_program_are_those_that_its_test_does_not_have(sandbox):
    program = """
    def make(): return 1
    def all(*_): return True
    sorted = isinstance = pytest = raises = all
    _hidden = other = 3
    """
    passes(
        sandbox,
        program,
        """
        names = {}
        exec("from solution import *", names)
        assert names.keys() - {"__builtins__", "make"} == {"other", "raises"}
        """,
    )
