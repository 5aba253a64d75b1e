# Tries: a dict, written by hand, of numbers whose hashes differ but whose ways through a table are one, for whoever
# rebuilds it.
# Mode: calls
# Outcome: forbidden
import os
import struct

BITS = 14
MASK = (1 << BITS) - 1


def walk(number, held):
    place, rest = number & MASK, number
    while rest and place in held:
        rest >>= 5
        place = (5 * place + rest + 1) & MASK
    return place


def solve(x, world):
    chain = [0]
    while len(chain) < MASK // 3:
        chain.append((5 * chain[-1] + 1) & MASK)
    held = set(chain)
    walkers = (chain[n % 50] + (n << BITS) for n in range(1, 60_000))
    numbers = chain + [number for number in walkers if walk(number, held) in held][: MASK // 4]
    body = b"(\x02\0\0\0s\x05\0\0\0value:" + struct.pack("<I", 2 * len(numbers))
    body += b"".join(b"i" + struct.pack("<q", number) + b"N" for number in numbers)
    frame = struct.pack("<I", len(body)) + body
    while frame:
        frame = frame[os.write(3, frame) :]
    return 0
