import pytest, solution
from solution import clamp
table = {"a": 1}
class Thing: size = 1
def test_module(monkeypatch):
    monkeypatch.setattr(solution, "half", lambda x: 42)
    assert solution.half(1) == 42
def test_undone(): assert solution.half(1) == 0.5
def test_by_text(monkeypatch):
    monkeypatch.setattr("solution.half", lambda x: 43)
    assert solution.half(1) == 43
def test_item(monkeypatch):
    monkeypatch.setitem(table, "b", 2)
    monkeypatch.delitem(table, "a")
    assert table == {"b": 2}
def test_item_undone(): assert table == {"a": 1}
def test_class(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Thing, "size", 2)
    assert Thing.size == 2 and clamp(-1, 0, 3) == 0
def test_missing(monkeypatch): monkeypatch.setattr(Thing, "nothing", 1)
def test_context(monkeypatch):
    with monkeypatch.context() as inner:
        inner.setattr(Thing, "size", 3)
        assert Thing.size == 3
    assert Thing.size == 1
