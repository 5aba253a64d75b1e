"""Trajectories to test with, from the share of tests that each of their programs passes."""

from collections.abc import Sequence

from astor.records import Message, PublicTest, Trajectory, Turn

TESTS = 20
PUBLIC = 4


def trajectory_of(*rates: float, shown: Sequence[bool] = (), **fields: object) -> Trajectory:
    """A trajectory of programs that pass these shares of 4 public and 16 hidden tests, hidden ones first.

    `shown` says per turn whether the feedback says that all public tests pass; without it none does.
    """
    turns = []
    for number, rate in enumerate(rates):
        passed = [place < round(rate * TESTS) for place in range(TESTS)]
        turns.append(
            Turn(
                text=f"answer {number}",
                program=f"program {number}",
                shown_passed=(bool(shown) and shown[number],) * PUBLIC,
                public_passed=tuple(passed[TESTS - PUBLIC :]),
                hidden_passed=tuple(passed[: TESTS - PUBLIC]),
                feedback="feedback",
            )
        )
    known = {
        "prompt_id": "p",
        "task": "t",
        "split": "train",
        "index": 0,
        "policy_digest": "d",
        "messages": (Message(role="system", content="rules"), Message(role="user", content="problem")),
        "public_tests": tuple(PublicTest(input=f"f({n})", expected=str(n * 7)) for n in range(PUBLIC)),
        "turns": tuple(turns),
    }
    return Trajectory(**(known | fields))
