def test(tmp_path): assert clamp(1, 0, 3) == 1
