"""What comes together is done in turns of its own."""

import asyncio
from itertools import pairwise

from astor.serving.turns import Turns


def test_others_get_on_between_those_who_came_together():
    done = []

    async def work(turns, name):
        await turns.mine()
        done.append(name)

    async def others():
        for _ in range(30):
            done.append("health")
            await asyncio.sleep(0)

    async def all_of_them():
        turns = Turns()
        await asyncio.gather(*(work(turns, name) for name in range(8)), others())

    asyncio.run(all_of_them())
    places = [done.index(name) for name in range(8)]
    assert places == sorted(places)
    assert all("health" in done[one:other] for one, other in pairwise(places))
