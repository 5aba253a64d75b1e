"""Small files of tests, in the forms that people and models write, of a module that is right and one that is not.

`FILES` use nothing of pytest and unittest but what the sandbox offers; `LEFT_OUT` each want something else.
"""

from pathlib import Path

PROGRAMS = Path(__file__).with_name("pytest_programs")
FILES = {path.stem: path.read_text() for path in sorted(PROGRAMS.glob("offered/*.py"))}
LEFT_OUT = {path.stem: path.read_text() for path in sorted(PROGRAMS.glob("left_out/*.py"))}
RIGHT = (PROGRAMS / "solution.py").read_text()

_MISTAKES = {
    "return low\n": "return high\n",
    "is above": "above",
    "items.sort()": "items.reverse()",
    "number / 2": "number / 2.1",
    "Hello,": "Hi,",
    "DeprecationWarning": "UserWarning",
    "self.missing = missing": "self.missing = 0",
    "is missing": "missing",
    "collections.Counter(words)": "collections.Counter(set(words))",
    "number * number": "number + number",
    "days=1": "days=2",
    "decimal.Decimal(0)": "decimal.Decimal(1)",
    "Point(point.x + by": "Point(point.x - by",
    "x > 0": "x >= 0",
    "SystemExit(3)": "SystemExit(0)",
}

WRONG = RIGHT
for _right, _wrong in _MISTAKES.items():
    assert _right in WRONG
    WRONG = WRONG.replace(_right, _wrong)
