# Tries: to break out of the judge by what `except Exception` doesn't catch.
# Mode: calls
# Outcome: passed
class Escape(BaseException):
    def __str__(self):
        raise KeyboardInterrupt


def solve(x, world):
    raise Escape
