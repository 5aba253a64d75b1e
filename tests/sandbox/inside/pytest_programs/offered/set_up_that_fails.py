import pytest
class TestBroken:
    @classmethod
    def setup_class(cls): raise KeyError
    def test_one(self): pass
class TestSkipped:
    @classmethod
    def setup_class(cls): pytest.skip("all")
    def test_one(self): assert False
def test_other(): pass
