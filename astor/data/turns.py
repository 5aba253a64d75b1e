"""What is said in a conversation about a program, as text that sources and tasks write in one way."""

from astor.data.calls import call_text
from astor.records import Call

FENCE = "```python"
PASSED = "passed"
"""Short feedback on a program that passes all public tests."""


def fenced(program: str) -> str:
    """The program as an answer gives it."""
    return f"{FENCE}\n{program.rstrip()}\n```"


def correction(entry: str, call: Call, returned: str) -> str:
    """Short feedback on a test that failed: `f(4) == 6 not 9`."""
    return f"{call_text(entry, call)} == {call.returns} not {returned}"
