"""What the trusted side and a zygote say to each other, and how a child ends what it writes. Standard library only."""

import struct

REQUEST = struct.Struct("<ddQ")
"""CPU seconds, wall seconds, bytes of memory; with it one descriptor per child, one or two, or three: those of the
one child's socket, standard input and standard output."""

REPORT = struct.Struct("<idB")
"""Per child: status as of waitpid, CPU seconds, and why the zygote killed it."""

ENDED, CPU, WALL, LEFT_OVER = range(4)
"""Why: it did not; CPU seconds or wall clock were used up; the other process of its pair had ended."""

NO_FORK = b"no fork"
"""Instead of reports: there is no child."""

FINAL_FRAMES = frozenset({"end", "malformed", "stopped", "memory", "flood", "broken", "failed"})
"""Kinds of a child's last frame. end: all was done. malformed: no program. stopped: raised while it was loaded. memory,
flood: over a limit. Of the test process: broken, the check can't be used; failed, it raised. All but end and memory
tell why."""
