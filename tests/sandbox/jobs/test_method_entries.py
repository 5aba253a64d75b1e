"""Methods as what is asked for: `Solution.solve`."""

import pytest

from astor.sandbox import CallsJob, CheckJob, Claim, CoverageJob, Ending

PAIRS = """
class Solution:
    def __init__(self):
        self.seen = {}

    def pair_sum(self, numbers, target):
        for place, number in enumerate(numbers):
            if target - number in self.seen:
                return [self.seen[target - number], place]
            self.seen[number] = place
        return []

    @staticmethod
    def twice(x): return 2 * x
"""


def run(sandbox, job):
    (result,) = sandbox.run([job])
    return result


def test_each_call_is_one_of_a_new_instance(sandbox):
    result = run(sandbox, CallsJob(PAIRS, "Solution.pair_sum", (([2, 7, 11], 9), ([7], 9))))
    assert result.ending is Ending.FINISHED
    assert result.claims == (Claim("value", [0, 1]), Claim("value", []))


def test_every_kind_of_method_is_one(sandbox):
    assert run(sandbox, CallsJob(PAIRS, "Solution.twice", ((4,),))).claims == (Claim("value", 8),)


def test_what_a_program_has_only_as_a_method_of_solution_is_found_by_its_name_alone(sandbox):
    assert run(sandbox, CallsJob(PAIRS, "twice", ((4,),))).claims == (Claim("value", 8),)
    both = PAIRS + "\ndef twice(x): return 3 * x"
    assert run(sandbox, CallsJob(both, "twice", ((4,),))).claims == (Claim("value", 12),)
    assert run(sandbox, CallsJob(both, "Solution.twice", ((4,),))).claims == (Claim("value", 8),)


@pytest.mark.parametrize(
    "program", ["def pair_sum(): pass", "class Solution: pair_sum = 1", "Solution = 1", "class A:\n def b(self): 1"]
)
def test_a_program_without_the_method_is_malformed(sandbox, program):
    assert run(sandbox, CallsJob(program, "Solution.pair_sum", (([], 0),))).ending is Ending.MALFORMED


def test_an_instance_that_cannot_be_made_raises_at_the_call(sandbox):
    program = "class Solution:\n    def __init__(self, x): pass\n    def f(self): return 1"
    assert run(sandbox, CallsJob(program, "Solution.f", ((),))).claims == (Claim("raised", exception="TypeError"),)


def test_a_check_gets_the_method_or_the_class(sandbox):
    method = "def check(candidate):\n    assert candidate(numbers=[2, 7], target=9) == [0, 1] == candidate([2, 7], 9)"
    kind = "def check(candidate):\n    assert candidate().pair_sum([2, 7], 9) == [0, 1]"
    for entry, check in (("Solution.pair_sum", method), ("pair_sum", method), ("Solution", kind)):
        assert run(sandbox, CheckJob(PAIRS, entry, check)).ending is Ending.FINISHED


@pytest.mark.parametrize("style", ["unittest", "pytest"])
def test_test_functions_have_the_method_by_its_own_name(sandbox, style):
    check = (
        "import unittest\nclass TestPairs(unittest.TestCase):\n    def test_it(self):\n"
        "        self.assertEqual(pair_sum([2, 7], 9), [0, 1])"
    )
    assert run(sandbox, CheckJob(PAIRS, "Solution.pair_sum", check, style)).ending is Ending.FINISHED


def test_coverage_is_that_of_the_method(sandbox):
    job = CoverageJob(PAIRS, "Solution.pair_sum", (([2, 7], 9),))
    assert run(sandbox, job).claims == (Claim("value", {"line": 4 / 5, "branch": 3 / 4}),)
