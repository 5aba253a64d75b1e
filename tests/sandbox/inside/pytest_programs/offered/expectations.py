from contextlib import nullcontext as does_not_raise
import pytest
from solution import clamp
@pytest.mark.parametrize("args, expectation", [((1, 0, 3), does_not_raise(1)), ((1, 3, 0), pytest.raises(ValueError))])
def test_both(args, expectation):
    with expectation as e: assert clamp(*args) == e
@pytest.mark.parametrize("args, error", [((1, 3, 0), ValueError), ((1,), TypeError)])
def test_errors(args, error):
    with pytest.raises(error): clamp(*args)
