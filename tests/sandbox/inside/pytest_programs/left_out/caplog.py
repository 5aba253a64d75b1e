def test(caplog): assert clamp(1, 0, 3) == 1
