"""Where KServe's package is missing, that is said if its routes are asked for."""

import sys

import pytest

from astor.cli.serve import has_kserve
from astor.errors import UserError


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "kserve", None)
    assert not has_kserve(None)
    with pytest.raises(UserError, match=r"pip install 'astor-rl\[kserve\]'"):
        has_kserve(True)
