async def test(): assert clamp(1, 0, 3) == 1
