import unittest


class Sums(unittest.TestCase):
    def test_one(self):
        self.assertEqual(solve(41, WORLD), 42)

    def test_near(self):
        self.assertAlmostEqual(solve(7, WORLD), 8)

    def test_truth(self):
        self.assertTrue(solve(7, WORLD) == 8)
