"""Whatever a call comes to, a result, an error, a changed argument or an output, tells a mutant."""

import pytest
from grading import GOOD, found, judged

MANY = """
import collections, datetime, decimal
class Empty(ValueError):
    pass
Pair = collections.namedtuple("Pair", "low high")
def grade(items):
    if not items:
        raise Empty("nothing is there")
    items.sort()
    print("sorted", len(items))
    return Pair(items[0], decimal.Decimal(str(items[-1])))
"""


@pytest.mark.parametrize(
    ("right", "wrong", "tests"),
    [
        (
            "nothing is there",
            "nothing",
            "import pytest\nwith pytest.raises(ValueError, match='is there'):\n    grade([])",
        ),
        (
            "raise Empty",
            "raise ValueError",
            "from solution import Empty\nimport pytest\npytest.raises(Empty, grade, [])",
        ),
        ("items.sort()", "items = sorted(items)", "xs = [3, 1]\ngrade(xs)\nassert xs == [1, 3]"),
        (
            "sorted",
            "in order",
            "def test(capsys):\n    grade([3, 1])\n    assert capsys.readouterr().out == 'sorted 2\\n'",
        ),
        ("-1]", "0]", "import decimal\nassert grade([3, 1]).high == decimal.Decimal(3)"),
        ("(items[0],", "(items[-1],", "from solution import grade, Pair\nassert grade([3, 1]) == Pair(1, 3)"),
        ("items[0]", "1", "import enum\nTwo = enum.IntEnum('Two', 'A B')\nassert grade([Two.B, Two.B]).low == Two.B"),
        (
            "items[0]",
            "1",
            "import datetime\nday = datetime.date(2000, 1, 2)\nassert grade([day, day][:1] and [2]) == (2, 2)",
        ),
    ],
)
def test_whatever_a_call_comes_to_tells_a_mutant(sandbox, right, wrong, tests):
    mutant = MANY.replace(right, wrong)
    assert mutant != MANY
    claim = found(sandbox, tests, reference=MANY, mutants=(mutant, MANY.replace("not items", "len(items) == 0")))
    assert (claim["passed"], claim["killed"]) == (True, 1)


def test_an_iterator_gives_its_items_and_how_it_ended(sandbox):
    reference = (
        "def grade(n):\n    for i in range(n):\n        yield i * i\n    if n == 3:\n        raise ValueError('three')"
    )
    endless = "import itertools\ndef grade(n):\n    return itertools.count(n)"
    tests = (
        "import pytest\nassert list(grade(2)) == [0, 1]\nit = grade(3)\nassert [next(it) for _ in range(3)][-1] == 4\n"
    )
    tests += "with pytest.raises(ValueError, match='three'):\n    next(it)"
    mutants = tuple(reference.replace(*pair) for pair in (("i * i", "i + i"), ("'three'", "'four'")))
    assert found(sandbox, tests, reference=reference, mutants=mutants)["killed"] == 2
    counts = "import itertools\nassert list(itertools.islice(grade(1), 3)) == [1, 2, 3]"
    mutant = (
        endless.replace("(n)", "(n + 1)", 1).replace("count(n)", "count(n + 1)").replace("grade(n + 1)", "grade(n)")
    )
    assert found(sandbox, counts, reference=endless, mutants=(mutant,))["killed"] == 1
    too_far = found(
        sandbox, "def test():\n    assert sum(1 for _ in grade(1)) > 5", reference=endless, mutants=(mutant,)
    )
    assert too_far["left_out"] == {"it goes further over an iterator than is offered": 1}


def test_a_function_of_the_tests_is_not_taken(sandbox):
    tests = f"def test_key():\n    grade([1], key=len)\ndef test():\n    {GOOD.splitlines()[0]}"
    assert found(sandbox, tests)["left_out"] == {"it passes a function": 1}


def test_tests_whose_library_is_not_there_are_told_so(sandbox):
    result = judged(sandbox, "import nowhere.at_all\n" + GOOD)
    assert result.detail == "the tests import 'nowhere', which is no module that is allowed here"
