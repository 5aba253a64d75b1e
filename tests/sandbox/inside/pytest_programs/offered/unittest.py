import unittest
from solution import clamp, half, tidy
class TestClamp(unittest.TestCase):
    def setUp(self): self.high = 3
    def tearDown(self): self.assertEqual(self.high, 3)
    def test_low(self): self.assertEqual(clamp(-1, 0, self.high), 0)
    def test_raises(self):
        with self.assertRaises(ValueError): clamp(1, 3, 0)
    def test_raises_with(self):
        with self.assertRaises(ValueError) as context: clamp(1, 3, 0)
        self.assertIn("is above", str(context.exception))
    def test_raises_call(self): self.assertRaises(ValueError, clamp, 1, 3, 0)
    def test_regex(self):
        with self.assertRaisesRegex(ValueError, "is above"): clamp(1, 3, 0)
    def test_regex_call(self): self.assertRaisesRegex(ValueError, "^low 3", clamp, 1, 3, 0)
    def test_regex_not(self):
        with self.assertRaisesRegex(ValueError, "nothing of it"): clamp(1, 3, 0)
    def test_almost(self): self.assertAlmostEqual(half(0.6), 0.3)
    def test_subtests(self):
        for v, e in [(5, 3), (-1, 0), (2, 2)]:
            with self.subTest(v=v): self.assertEqual(clamp(v, 0, 3), e)
    def test_sorted(self):
        items = [2, 1]
        tidy(items)
        self.assertListEqual(items, [1, 2])
    @unittest.skip("later")
    def test_skipped(self): self.fail()
    @unittest.skipIf(True, "later")
    def test_skipped_if(self): self.fail()
    @unittest.expectedFailure
    def test_expected(self): self.assertEqual(clamp(1, 0, 3), 2)
    def test_skips(self): self.skipTest("later")
    def test_truth(self): self.assertTrue(clamp(1, 0, 3))
class Base:
    def test_base(self): self.assertEqual(clamp(-1, 0, 3), 0)
class TestMixed(Base, unittest.TestCase): pass
class TestClassLevel(unittest.TestCase):
    @classmethod
    def setUpClass(cls): cls.limits = (0, 3)
    def test_low(self): self.assertEqual(clamp(-1, *self.limits), 0)
if __name__ == "__main__":
    unittest.main()
