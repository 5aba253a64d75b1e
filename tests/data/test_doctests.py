"""Functions with examples after `>>>`: what becomes of the examples, the docstring and the rest of the module."""

from pathlib import Path

import pytest

from astor.data.docstrings import describe, without_docstrings
from astor.data.doctests import DoctestsOptions, DoctestsSource
from astor.data.slicing import slice_module
from astor.data.splits import SplitOptions
from astor.errors import UserError
from astor.records import Function

MODULE = '''"""Numbers."""
from __future__ import annotations

import math
import sys

LIMIT = math.pi
SIZES = {}
SIZES["small"] = 1
sys.setrecursionlimit(9_999)


def rounded(x):
    """>>> rounded(1.5)
    2
    """
    return round(x)


@staticmethod
def area(r, times=SIZES["small"]):
    """Area of a circle, rounded.

    >>> area(1)
    3
    >>> area(0) == 0
    True
    >>> area(2, times=2)
    25
    >>> r = 3
    >>> area(r)
    28
    >>> area(0)
    >>> area("a")
    Traceback (most recent call last):
        ...
    TypeError
    """
    # as Archimedes found
    return rounded(LIMIT * r * r) * times


def unused():
    """Nothing is shown."""


def greet():
    """
    >>> print(greet())
    hello
    """
    return "hello"


if __name__ == "__main__":
    LIMIT = area(5)
'''


def read(path: Path) -> tuple[DoctestsSource, list]:
    source = DoctestsSource(DoctestsOptions(path=path, licence="MIT"), SplitOptions())
    return source, list(source.items())


def test_calls_on_plain_data_become_tests(tmp_path: Path) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "shapes.py").write_text(MODULE)
    source, items = read(tmp_path)
    assert [item.id for item in items] == ["package/shapes.py:rounded", "package/shapes.py:area"]
    area = items[1].content
    assert isinstance(area, Function)
    assert [(call.arguments, call.returns) for call in area.calls] == [("(1,)", "3"), ("(0,)", "0")]
    assert area.description == "Area of a circle, rounded."
    assert source.left_out == {"no example is a call on plain data": 1}
    assert source.parts_left_out == {
        "example: it is not a call of the function on plain data": 2,
        "example: it has no result": 2,
        "example: it expects an exception": 1,
        "example: its result is not plain data": 1,
    }


@pytest.mark.parametrize(
    ("example", "result", "returns"),
    [
        ("f(1)  # doctest: +SKIP", "2", "it is skipped"),
        ("f(1)  # doctest: +IGNORE_OUTPUT", "2", "it is skipped"),
        ("f(1)  # doctest: +ELLIPSIS", "'a...z'", "its result is shown in part"),
        ("f(1)  # doctest: +ELLIPSIS", "[1, ..., 3]", "its result is shown in part"),
        ("f(1)  # doctest: +ELLIPSIS", "'az'", "'az'"),
        ("f(1)", "'a...z'", "'a...z'"),
        ("f(1)  # doctest: -ELLIPSIS", "'a...z'", "'a...z'"),
        ("f(1)  # doctest: +NORMALIZE_WHITESPACE", "[1,\n     2]", "[1, 2]"),
        ("f(1)  # doctest: +NORMALIZE_WHITESPACE", "'a  b'", "its result is shown in part"),
        ("f(1)  # doctest: +NORMALIZE_WHITESPACE, +ELLIPSIS", "'a b'", "'a b'"),
        ("f(1)  # doctest: +NUMBER", "3.14", "its result is shown in part"),
        ("f(1)  # doctest: +FLOAT_CMP", "[1, 2]", "[1, 2]"),
        ("f(1)  # doctest: +REMOTE_DATA", "2", "2"),
        ("f(1)  # doctest: +IGNORE_EXCEPTION_DETAIL", "2", "2"),
        (
            "f()  # doctest: +IGNORE_EXCEPTION_DETAIL",
            "Traceback (most recent call last):\nA: b",
            "it expects an exception",
        ),
    ],
)
def test_options_of_an_example_are_honoured(tmp_path: Path, example: str, result: str, returns: str) -> None:
    shown = f">>> {example}\n{result}".replace("\n", "\n    ")
    (tmp_path / "m.py").write_text(f'def f(x=0):\n    """Shows.\n\n    {shown}\n    """\n')
    source, items = read(tmp_path)
    found = [call.returns for item in items for call in item.content.calls]
    assert found + [reason.removeprefix("example: ") for reason in source.parts_left_out] == [returns]


def test_a_function_comes_with_what_it_needs_and_without_its_examples(tmp_path: Path) -> None:
    (tmp_path / "shapes.py").write_text(MODULE)
    *_, area = read(tmp_path / "shapes.py")[1]
    assert area.content.source == (
        "from __future__ import annotations\nimport math\nLIMIT = math.pi\nSIZES = {}\n"
        'SIZES["small"] = 1\n\n\n'
        "def rounded(x):\n    return round(x)\n\n\n"
        '@staticmethod\ndef area(r, times=SIZES["small"]):\n'
        "    # as Archimedes found\n    return rounded(LIMIT * r * r) * times"
    )


@pytest.mark.parametrize(
    ("source", "bare"),
    [
        ('def f():\n    """Doc."""\n', "def f():\n    pass\n"),
        ('def f(): "Doc."; return 1', "def f():\n    return 1"),
        ('def f():\n    import math\n    """Late."""\n    return 1', "def f():\n    import math\n    return 1"),
        ('class A:\n    """Doc\n    é."""\n    x = 1  # one', "class A:\n    x = 1  # one"),
    ],
)
def test_docstrings_are_cut_out(source: str, bare: str) -> None:
    assert without_docstrings(source) == bare


@pytest.mark.parametrize(
    ("docstring", "description"),
    [
        ("Adds.\n\n>>> f(1)\n2\n\nFast.", "Adds.\n\nFast."),
        ("Adds.\n\nFor example:\n    f(1) == 2\n    f(2) == 3\n\n    Note: fast.", "Adds.\n\n    Note: fast."),
        ("Adds.\nExamples\n\nf(1) is 2", "Adds."),
        ("For example f(1) is 2.", "For example f(1) is 2."),
        ("Custom cases:\n>>> f(1)\n2", ""),
    ],
)
def test_a_description_is_a_docstring_without_examples(docstring: str, description: str) -> None:
    assert describe(docstring) == description


def test_what_is_imported_under_a_condition_is_needed_too() -> None:
    module = "try:\n    import fast as m\nexcept ImportError:\n    import slow as m\n\ndef f():\n    return m.one\n"
    assert slice_module(module, "f") == module.strip().replace("\n\ndef", "\n\n\ndef")


def test_modules_that_cannot_be_read_are_counted(tmp_path: Path) -> None:
    (tmp_path / "old.py").write_text("print 'hello'\n")
    (tmp_path / "latin.py").write_bytes(b"x = '\xe9'\n")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "good.py").write_text(MODULE)
    source, items = read(tmp_path)
    assert not items
    assert source.left_out.total() == 2


def test_a_directory_without_python_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no Python file"):
        read(tmp_path)


def test_real_modules_are_read(shared_data: Path) -> None:
    _, items = read(shared_data / "thealgorithms" / "strings")
    assert len(items) > 50
    assert len({item.id for item in items}) == len(items)
