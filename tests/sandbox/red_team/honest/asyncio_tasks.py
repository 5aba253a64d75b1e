# Shows: asyncio: tasks, sleeping, a queue, a timeout, and work in threads.
# Arguments: (5,)
# Result: [[0, 1, 2, 3, 4], 'late', 5]
import asyncio


async def wait(x):
    await asyncio.sleep(0.001)
    return x


async def run(n):
    found = await asyncio.gather(*map(wait, range(n)))
    try:
        await asyncio.wait_for(asyncio.sleep(10), 0.01)
    except asyncio.TimeoutError:
        late = "late"
    return [found, late, await asyncio.to_thread(len, found)]


def solve(n):
    return asyncio.run(run(n))
