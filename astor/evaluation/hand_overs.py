"""What it takes that servers get the policies that they sample from."""

from typing import NamedTuple


class HandOvers(NamedTuple):
    """What it took that the servers of a rollout engine got the policies of some rounds."""

    times: float = 0.0
    seconds: float = 0.0
    bytes: float = 0.0
    """Of weights, once for each server."""
    of_seconds: float = 0.0
    """What the steps of the rounds took, these seconds included."""

    @property
    def share(self) -> float:
        """Of the rounds' seconds."""
        return self.seconds / self.of_seconds if self.of_seconds else 0.0
