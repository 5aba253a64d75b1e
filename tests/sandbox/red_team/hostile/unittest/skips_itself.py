# Tries: to have the test skipped instead of failed.
# Mode: unittest
# Check: unit
# Outcome: failed
# Claims: [None, None, None]
import unittest


def solve(x, world):
    raise unittest.SkipTest("not today")
