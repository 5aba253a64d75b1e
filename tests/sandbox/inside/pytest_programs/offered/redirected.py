import contextlib, io, unittest
from unittest.mock import patch
from solution import greet
def test_redirect():
    with contextlib.redirect_stdout(io.StringIO()) as out: greet("you")
    assert out.getvalue().strip() == "Hello, you!"
@patch("sys.stdout", new_callable=io.StringIO)
def test_patched(out):
    greet("you")
    assert out.getvalue() == "Hello, you!\n"
class T(unittest.TestCase):
    @patch("sys.stdout", new_callable=io.StringIO)
    def test_patched(self, out):
        greet("you")
        self.assertIn("Hello", out.getvalue())
