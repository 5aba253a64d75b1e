"""Bodies of test functions, judged in two processes."""

import textwrap

from astor.sandbox import CheckJob, Ending


def judged(sandbox, program, *bodies):
    """What each of the bodies of a test function comes to."""
    tests = "".join(
        f"def test_{n}():\n{textwrap.indent(textwrap.dedent(body), '    ')}\n" for n, body in enumerate(bodies)
    )
    test = f"import pytest, solution\nfrom solution import *\n{tests}".replace("from solution import *\n", "")
    (result,) = sandbox.run([CheckJob(textwrap.dedent(program), "make", test, style="pytest")])
    assert result.ending is not Ending.INFRASTRUCTURE_ERROR, result
    assert len(result.claims) == len(bodies)
    return [claim.exception or claim.value for claim in result.claims]


def passes(sandbox, program, *bodies):
    came_to = judged(sandbox, program, *bodies)
    assert came_to == [True] * len(bodies), came_to


def refused(sandbox, program, body):
    """How many operations were refused, and why."""
    test = f"import pytest, solution\ndef test_one():\n{textwrap.indent(textwrap.dedent(body), '    ')}\n"
    (result,) = sandbox.run([CheckJob(textwrap.dedent(program), "make", test, style="pytest")])
    assert result.ending is Ending.INFRASTRUCTURE_ERROR, result
    return result.refused, result.detail
