import sys, pytest
from solution import greet
def test_out(capsys):
    greet("you")
    assert capsys.readouterr().out == "Hello, you!\n"
def test_order(capsys: pytest.CaptureFixture[str]):
    print("before")
    greet("you")
    print("after", file=sys.stderr)
    out, err = capsys.readouterr()
    assert out.splitlines() == ["before", "Hello, you!"] and err == "after\n"
    assert capsys.readouterr() == ("", "")
def test_in(capsys):
    greet("me")
    captured = capsys.readouterr()
    assert "Hello" in captured.out and captured.err == ""
def test_nothing(capsys): assert capsys.readouterr().out == ""
