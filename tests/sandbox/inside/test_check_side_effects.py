"""What a program does beside its result, as its test sees it: to its arguments, on standard output, by warnings."""

import pytest
from check_bodies import judged, passes

CHANGES = """
import collections
def make(xs, *more, **named): return xs.sort()
def clear(x): x.clear()
def same(x): return x
def both(x): return [x, x]
def deep(x): x["a"][0].append({"b": (x["a"],)})
def rows(grid): grid.reverse()
def own(x):
    x.append(make)
    x.append([1])
def boom(x):
    x.append(1)
    raise ValueError
def inner(x):
    x[0][0] = 5
    x[0] = [7]
def through(function):
    class Odd(collections.deque): pass
    items = [2, 1]
    function(Odd([1]), items)
    return items
def call(function, x):
    function(x)
    return x
class Box:
    def fill(self, x):
        self.x = x
        x.update(a=1)
        return self
"""


def test_what_is_passed_is_afterwards_what_the_program_has_made_of_it(sandbox):
    passes(
        sandbox,
        CHANGES,
        "xs = [3, 1]\nassert make(xs) is None and xs == [1, 3]",
        "xs = kept = [3, 1]\nmake(xs=xs)\nassert kept == [1, 3]",
        "for x in ([1], {1: 2}, {1}, bytearray(b'a')):\n    solution.clear(x)\n    assert not x",
        "import collections\nx = collections.deque([1], 3)\nsolution.clear(x)\nassert not x and x.maxlen == 3",
        "x = __import__('collections').Counter('a')\nsolution.clear(x)\nassert x['a'] == 0",
        "x = {'a': [[]]}\na = x['a']\nsolution.deep(x)\nassert a[0] == [{'b': (a,)}] and a[0][0]['b'][0] is a",
        "a, b = [1], [2]\ngrid = [a, b]\nsolution.rows(grid)\nassert grid[0] is b and grid[1] is a and a == [1]",
        "x = []\nassert solution.same(x) is x and solution.both(x)[0] is x",
        "x = []\nsolution.own(x)\nassert x == [make, [1]]",
        "x = []\nwith pytest.raises(ValueError):\n    solution.boom(x)\nassert x == [1]",
        "x = [[1]]\nold = x[0]\nsolution.inner(x)\nassert x == [[7]] and old == [5]",
        "import collections\nclass Odd(collections.deque): pass\nx = [2, 1]\n"
        "def odd(y, z): z.sort()\nassert solution.through(odd) == [1, 2]",
        "x = (1, [2, 1])\nmake(x[1])\nassert x == (1, [1, 2])",
        "x = {}\nassert solution.Box().fill(x).x == {'a': 1} == x",
        "class Mine(list): pass\nx = Mine([2, 1])\nmake(x)\nassert x == [1, 2] and type(x) is Mine",
        "assert solution.call(lambda x: x.append(1), []) == [1]",
        "x = []\nassert solution.call(lambda y: y.append(1), x) is x and x == [1]",
        "x = [1, 2]\ny = solution.same(x)\nassert x == [1, 2]",
        "import threading as t\nx = [2, 1]\nr = t.Timer(0, make, [x])\nr.start(), r.join()\nassert x == [1, 2]",
    )


@pytest.mark.parametrize(
    "told",
    [
        "((0, ('=', {})),)",
        "((0, ('=', 3)),)",
        "((5, ('=', [])),)",
        "((-1, ('=', [])),)",
        "((0, ('shared', 5)),)",
        "((0, ('yours', 0)),)",
        "(0,)",
        "0",
    ],
)
def test_changes_that_are_forged_are_the_end_of_the_link(sandbox, told):
    program = f"""
    import sys
    def make(x):
        frame = sys._getframe()
        while type(frame.f_locals.get("self")).__name__ != "Link":
            frame = frame.f_back
        link = frame.f_locals["self"]
        write = type(link)._send.__globals__["frame"]
        link._send(write(("value", 1, ("=", 42), ({told}, "", "", ()))))
        return 42
    """
    body = "assert make([1]) == 42"
    test = f"def test_0():\n    {body}\n"
    from astor.sandbox import CheckJob, Ending

    (result,) = sandbox.run([CheckJob(__import__("textwrap").dedent(program), "make", test, style="pytest")])
    assert result.ending is Ending.FAILED, result
    assert result.detail == "the program was lost"


def test_what_the_program_prints_is_on_the_standard_output_of_its_test(sandbox):
    program = """
    import sys, warnings
    print("at first")
    def make(x, file=None):
        print(x, file=file)
        return x
    def bad():
        print("no", file=sys.stderr)
        raise ValueError
    def flood(): print("x" * (1 << 21))
    def buffer(): sys.stdout.buffer.write(b"\\xc3\\xa9")
    """
    passes(
        sandbox,
        program,
        """
        import contextlib, io
        with contextlib.redirect_stdout(io.StringIO()) as out:
            print("a")
            make("é")
            print("b")
        make("unheard")
        assert out.getvalue() == "a\\né\\nb\\n"
        """,
        """
        import io
        from unittest.mock import patch
        with patch("sys.stdout", new_callable=io.StringIO) as out:
            make(1)
        assert out.getvalue() == "1\\n"
        """,
        """
        import contextlib, io
        with contextlib.redirect_stderr(io.StringIO()) as errors, pytest.raises(ValueError):
            solution.bad()
        assert errors.getvalue() == "no\\n"
        """,
        """
        import contextlib, io
        with contextlib.redirect_stdout(io.StringIO()) as out:
            solution.flood()
            solution.buffer()
        assert 0 < len(out.getvalue()) <= (1 << 16) + 1
        assert out.getvalue().endswith("xé")
        """,
    )


def test_warnings_of_the_program_are_warnings_in_its_test(sandbox):
    program = """
    import warnings
    class Mine(DeprecationWarning): pass
    def make(text, kind=UserWarning):
        warnings.warn(text, kind)
        return 1
    """
    passes(
        sandbox,
        program,
        """
        import unittest
        with unittest.TestCase().assertWarns(DeprecationWarning):
            make("old", solution.Mine)
        with unittest.TestCase().assertWarnsRegex(UserWarning, "new"):
            make("new")
        """,
        """
        import warnings
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            assert make("one") + make("one") == 2
        assert [(str(each.message), each.category) for each in said] == [("one", UserWarning)] * 2
        """,
        """
        import warnings
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with pytest.raises(UserWarning):
                make("so")
        """,
    )


def test_what_exceptions_say_and_hold_can_be_asked_for(sandbox):
    program = """
    class Poor(ValueError):
        def __init__(self, need, have):
            super().__init__(f"need {need}")
            self.need, self.have = need, have
    class Said(Exception):
        def __str__(self): return "said so"
    class Broken(Exception):
        def __str__(self): raise self
        __repr__ = __str__
    def make(error):
        raise eval(error)
    """
    passes(
        sandbox,
        program,
        """
        try:
            make("ValueError('low is above high')")
        except ValueError as error:
            assert str(error) == "low is above high" and error.args == ("low is above high",)
        """,
        """
        with pytest.raises(ValueError) as info:
            make("Poor(5, 3)")
        error = info.value
        assert (str(error), error.need, error.have, type(error).__name__) == ("need 5", 5, 3, "Poor")
        assert isinstance(error, solution.Poor) and info.type is solution.Poor
        """,
        """
        with pytest.raises(Exception) as info:
            make("Said()")
        assert str(info.value) == "said so" and "said so" in str(info.value)
        """,
        "with pytest.raises(Exception):\n    make('Broken()')",
        "try:\n    make('KeyError(\"a\")')\nexcept KeyError as error:\n    assert str(error) == \"'a'\"",
        "try:\n    make('OSError(2, \"gone\")')\nexcept FileNotFoundError as error:\n    assert error.errno == 2",
        "with pytest.raises(SystemExit) as info:\n    make('SystemExit(3)')\nassert info.value.code == 3",
        "with pytest.raises(AssertionError):\n    make('AssertionError')",
    )
    came_to = judged(
        sandbox,
        program,
        "make('AssertionError()')",
        "make('SystemExit(0)')",
        "import unittest\nmake('unittest.SkipTest')",
        "make('ValueError(\"x\" * (1 << 20))')",
    )
    assert came_to == ["AssertionError", "SystemExit", "NameError", "ValueError"]
