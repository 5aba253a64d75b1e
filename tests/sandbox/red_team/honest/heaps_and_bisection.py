# Shows: heapq, bisect, array, struct.
# Arguments: ([5, 1, 4],)
# Result: [[1, 4, 5], 1, b'\x01\x00', [1, 2]]
import array
import bisect
import heapq
import struct


def solve(numbers):
    heapq.heapify(numbers)
    ordered = [heapq.heappop(numbers) for _ in range(3)]
    return [ordered, bisect.bisect(ordered, 3), struct.pack("<H", 1), list(array.array("i", [1, 2]))]
