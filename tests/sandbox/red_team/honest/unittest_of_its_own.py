# Shows: a suite of unittest that the program runs itself.
# Arguments: ()
# Result: [1, True]
import io
import unittest


class Sums(unittest.TestCase):
    def test_sum(self):
        self.assertEqual(1 + 1, 2)


def solve():
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(Sums)
    result = unittest.TextTestRunner(stream=io.StringIO()).run(suite)
    return [result.testsRun, result.wasSuccessful()]
