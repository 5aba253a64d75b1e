from my_module import clamp
def test(): assert clamp(-1, 0, 3) == 0
