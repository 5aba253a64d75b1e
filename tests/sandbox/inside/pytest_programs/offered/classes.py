import pytest
from solution import clamp
class TestClamp:
    low = 0
    @classmethod
    def setup_class(cls): cls.high = 3
    @classmethod
    def teardown_class(cls): del cls.high
    def setup_method(self, method): self.name = method.__name__
    def teardown_method(self): assert self.name
    def test_name(self): assert self.name == "test_name"
    def test_low(self): assert clamp(-1, self.low, self.high) == 0
    @staticmethod
    def test_static(): assert clamp(5, 0, 3) == 3
    @pytest.mark.parametrize("v", [1, 2])
    def test_each(self, v): assert clamp(v, self.low, self.high) == v
    def helper(self): raise KeyError
class TestOuter:
    class TestInner:
        def test_inner(self): assert clamp(-1, 0, 3) == 0
class TestDerived(TestClamp):
    low = 1
    def test_low(self): assert clamp(-1, self.low, self.high) == 1
class TestWithInit:
    def __init__(self): pass
    def test_never_run(self): assert False
class Helper:
    def test_never_run(self): assert False
class TestOff:
    __test__ = False
    def test_never_run(self): assert False
