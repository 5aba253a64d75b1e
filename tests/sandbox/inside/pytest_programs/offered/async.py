import asyncio
from solution import clamp
async def low(): return clamp(-1, 0, 3)
def test_run(): assert asyncio.run(low()) == 0
