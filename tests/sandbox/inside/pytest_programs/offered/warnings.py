import warnings, pytest, unittest
from solution import old
def test_warns():
    with pytest.warns(DeprecationWarning): assert old(1) == 1
def test_match():
    with pytest.warns(DeprecationWarning, match="out of date"): old(1)
def test_other():
    with pytest.warns(FutureWarning): old(1)
def test_none():
    with pytest.warns(DeprecationWarning): pass
def test_deprecated():
    with pytest.deprecated_call(): old(1)
def test_recorded():
    with pytest.warns() as record: old(1)
    assert len(record) == 1 and record[0].category is DeprecationWarning and "old" in str(record[0].message)
def test_error():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(DeprecationWarning): old(1)
def test_recwarn(recwarn):
    old(1)
    assert len(recwarn) == 1 and recwarn.pop(DeprecationWarning)
class T(unittest.TestCase):
    def test_warns(self):
        with self.assertWarns(DeprecationWarning): old(1)
