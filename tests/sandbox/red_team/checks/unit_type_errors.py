import unittest


class Orders(unittest.TestCase):
    def test_order(self):
        with self.assertRaises(TypeError):
            solve(41, WORLD) < 5

    def test_sum(self):
        with self.assertRaises(TypeError):
            solve(41, WORLD) + 5
