"""Tests in the styles of unittest and pytest: each test function yields a claim, in the order of definition."""

from stack_program import judged

from astor.sandbox import Ending


def test_classes_of_unittest(sandbox):
    test = """
    import unittest
    import solution
    from program import Stack as Other

    class TestStack(unittest.TestCase):
        @classmethod
        def setUpClass(cls):
            cls.made = [Other([1])]

        def setUp(self):
            self.stack = Stack()
            self.addCleanup(self.made.append, self.stack)

        def tearDown(self):
            self.made.pop()

        def test_push(self):
            self.stack.push(1)
            self.stack.push([2])
            self.assertEqual(len(self.stack), 2)
            self.assertEqual(self.stack.pop(), [2])
            self.assertEqual(self.stack.items, [1])

        def test_limit(self):
            for item in range(solution.LIMIT):
                self.stack.push(item)
            with self.assertRaises(solution.Full):
                self.stack.push(4)

        def test_empty(self):
            self.assertRaises(IndexError, self.stack.pop)
            self.assertIsInstance(solution.LIMIT, int)
            self.assertIs(solution.Stack, Stack)

    if __name__ == "__main__":
        unittest.main()
    """
    assert judged(sandbox, "unittest", test) == (Ending.FINISHED, [True] * 3)


def test_all_ways_that_a_test_of_unittest_ends(sandbox):
    test = """
    import unittest
    class Z(unittest.TestCase):
        def test_2(self): self.assertEqual(len(Stack()), 0)
        def test_1(self): self.assertEqual(len(Stack()), 1)
        def test_raises(self): Stack().pop()
        def test_subtests(self):
            for size in (0, 1, 2):
                with self.subTest(size=size):
                    self.assertEqual(len(Stack(range(size))), min(size, 1))
        @unittest.skip("not now")
        def test_skipped(self): self.fail()
        def test_skips(self): self.skipTest("not now")
        def test_asks_and_skips(self):
            if len(Stack()) == 0: self.skipTest("not now")
        @unittest.expectedFailure
        def test_expected(self): self.fail()
        @unittest.expectedFailure
        def test_unexpected(self): pass
        def test_tear_down(self): self.addCleanup(Stack().pop)
        def test_exits(self): raise SystemExit(0)
    class Base(unittest.TestCase):
        size = 0
        def test_size(self): self.assertEqual(len(Stack(range(self.size))), 1)
    class A(Base):
        size = 1
    class Broken(unittest.TestCase):
        @classmethod
        def setUpClass(cls): Stack().pop()
        def test_one(self): pass
        def test_two(self): pass
    @unittest.skip("all of it")
    class Skipped(unittest.TestCase):
        def test_one(self): pass
    class Last(unittest.IsolatedAsyncioTestCase):
        async def test_one(self): self.assertEqual(len(Stack([1])), 1)
    """
    failure = "AssertionError"
    z = [True, failure, "IndexError", failure, None, None, failure, True, failure, "IndexError", "SystemExit"]
    ending, claims = judged(sandbox, "unittest", test)
    assert ending is Ending.FAILED
    assert claims == [*z, failure, True, "IndexError", "IndexError", None, True]


def test_a_tear_down_that_fails_is_a_failure(sandbox):
    test = """
    import unittest
    class T(unittest.TestCase):
        def test_one(self): Stack()
        @classmethod
        def tearDownClass(cls): Stack().pop()
    """
    assert judged(sandbox, "unittest", test) == (Ending.FAILED, [True])


def test_functions_and_classes_of_pytest(sandbox):
    test = """
    import pytest
    from solution import LIMIT, Full

    made = []

    @pytest.fixture
    def stack(items):
        stack = Stack(items)
        made.append(stack)
        yield stack
        assert made.pop() is stack

    @pytest.fixture
    def items():
        return [1, 2]

    @pytest.fixture(scope="module")
    def shared():
        return Stack()

    @pytest.fixture(autouse=True)
    def none_left():
        assert not made

    def setup_module(module):
        module.ready = True

    def test_push(stack):
        stack.push("a")
        assert stack.items == [1, 2, "a"] and ready

    @pytest.mark.parametrize(("item", "size"), [(0, 3), ([], 3)])
    @pytest.mark.parametrize("again", [False, True])
    def test_parametrized(stack, item, size, again):
        stack.push(item)
        assert len(stack) == size

    def test_full(stack):
        with pytest.raises(Full) as raised:
            while True:
                stack.push(0)
        assert raised.type is Full
        pytest.raises((IndexError, KeyError), Stack().pop)

    def test_shared_one(shared):
        shared.push(1)

    class TestShared:
        @pytest.fixture
        def items(self):
            return [self.first]

        def setup_method(self):
            self.first = 7

        def test_shared_two(self, shared, stack):
            assert shared.items == [1]
            assert stack.items == [7]

        def test_approx(self):
            assert Stack([0.1 + 0.2]).items == pytest.approx([0.3])
            assert 1.0 != pytest.approx(1.1)
    """
    assert judged(sandbox, "pytest", test) == (Ending.FINISHED, [True] * 6)


def test_all_ways_that_a_test_of_pytest_ends(sandbox):
    test = """
    import pytest
    import unittest
    @pytest.fixture
    def broken(): return Stack().pop()
    @pytest.fixture
    def broken_after():
        yield 1
        Stack().pop()
    def test_passes(): assert len(Stack()) == 0
    def test_fails(): assert len(Stack()) == 1
    def test_fails_before(broken): pass
    def test_fails_after(broken_after): assert broken_after == 1
    @pytest.mark.parametrize("size", [1, 2])
    def test_fails_once(size): assert len(Stack([1])) == size
    def test_does_not_raise():
        with pytest.raises(IndexError): Stack([1]).pop()
    def test_raises_another():
        with pytest.raises(KeyError): Stack().pop()
    def test_exits(): raise SystemExit(0)
    def test_gives_up(): pytest.fail("so")
    class TestBroken:
        @classmethod
        def setup_class(cls): Stack().pop()
        def test_one(self): pass
    class TestOld(unittest.TestCase):
        def test_one(self): self.assertEqual(Stack([3]).pop(), 3)
    """
    failure = "AssertionError"
    claims = [True, failure, "IndexError", "IndexError", failure, failure, "IndexError", "SystemExit", failure]
    assert judged(sandbox, "pytest", test) == (Ending.FAILED, [*claims, "IndexError", True])
