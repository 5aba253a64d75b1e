import sys, pytest
from solution import clamp
@pytest.mark.skip
def test_bare(): assert False
@pytest.mark.skip(reason="later")
def test_reason(): assert False
@pytest.mark.skip("later")
def test_positional(): assert False
@pytest.mark.skipif(sys.version_info < (3, 1), reason="old")
def test_not_skipped(): assert clamp(-1, 0, 3) == 0
@pytest.mark.skipif("sys.version_info > (3, 1)")
def test_condition_as_text(): assert False
@pytest.mark.skipif(True)
def test_no_reason(): pass
def test_itself():
    pytest.skip("not now")
@pytest.mark.skip
class TestAll:
    def test_one(self): assert False
    def test_two(self): assert clamp(-1, 0, 3) == 0
missing = pytest.importorskip("json")
def test_import(): pytest.importorskip("no_such_module_here")
