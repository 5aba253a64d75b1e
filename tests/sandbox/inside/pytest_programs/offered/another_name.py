import solution as s
from solution import clamp as c
def test(): assert c(-1, 0, 3) == s.clamp(0, 0, 3)
