def test(monkeypatch):
    monkeypatch.setenv('A', 'b')
    clamp(1, 0, 3)
