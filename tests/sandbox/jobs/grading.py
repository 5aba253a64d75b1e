"""A function that grades, its mutants, and what tests of it come to."""

from astor.sandbox import Ending, GeneratedTestsJob

GRADE = """
def grade(points, strict=False):
    if points < 0:
        raise ValueError(points)
    if points > 50:
        return "pass"
    return "fail"
"""
BOUNDARY = GRADE.replace("> 50", ">= 50")
SWAPPED = GRADE.replace('"fail"', '"pass"')
SILENT = GRADE.replace("raise ValueError(points)", "return None")
EQUIVALENT = GRADE.replace("points > 50", "50 < points")
MUTANTS = (BOUNDARY, SWAPPED, SILENT, EQUIVALENT)

GOOD = "assert grade(51) == 'pass'\nassert grade(50) == 'fail'\n"


def judged(sandbox, tests, reference=GRADE, mutants=MUTANTS, entry="grade"):
    (result,) = sandbox.run([GeneratedTestsJob(tests, entry, reference, mutants)])
    return result


def found(sandbox, tests, **others):
    """The claim of tests that can be judged."""
    result = judged(sandbox, tests, **others)
    (claim,) = result.claims
    assert (result.ending is Ending.FINISHED) == claim.value["passed"]
    return claim.value
