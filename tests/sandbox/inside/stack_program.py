"""A program with a class and an exception, and what tests of it come to."""

import textwrap

from astor.sandbox import CheckJob

PROGRAM = """
LIMIT = 3
class Full(Exception):
    pass
class Stack:
    def __init__(self, items=()):
        self.items = list(items)
    def push(self, item):
        if len(self.items) == LIMIT:
            raise Full(LIMIT)
        self.items.append(item)
    def pop(self):
        return self.items.pop()
    def __len__(self):
        return len(self.items)
"""


def judged(sandbox, style, test, program=PROGRAM, entry="Stack"):
    """The ending, and of each test function what it came to: True, None or the name of an exception."""
    (result,) = sandbox.run([CheckJob(program, entry, textwrap.dedent(test), style=style)])
    return result.ending, [claim.exception or claim.value for claim in result.claims]
