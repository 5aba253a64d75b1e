"""A run's rounds as MLflow plots them: told as they come, from what they committed."""

import logging
import time
from collections.abc import Callable, Iterable, Mapping

from astor.errors import UserError
from astor.evaluation.alarms import Alarm
from astor.evaluation.hand_overs import HandOvers
from astor.records import TaskStatistics, UpdateReport
from astor.registry.metrics import round_metrics
from astor.run.artifacts import Artifacts
from astor.run.places import Places
from astor.run.services import Services

logger = logging.getLogger("astor")
REST = 3.0
"""Seconds between two times that rounds are told. Our choice: shorter ones are told together, which takes MLflow a
fraction of the time."""
LONGEST_PAUSE = 300.0
"""Seconds between attempts at a server that is away. Our choice: an attempt may take most of a minute."""

FindAlarms = Callable[[Mapping[str, TaskStatistics], UpdateReport], Iterable[Alarm]]
FindHandOvers = Callable[[int], HandOvers | None]


class Curves:
    """Curves are for watching: a server that is away, once it was there, does not stop a run.

    What it has missed is counted, and follows as soon as it is back. Nothing is lost with this process: what is missing
    is found by asking the server, and lies in the records.
    """

    def __init__(
        self,
        places: Places,
        artifacts: Artifacts,
        services: Services,
        alarms: FindAlarms,
        hand_overs: FindHandOvers,
    ) -> None:
        """`alarms` finds those of a round, from what the coordination saw of each task and what the update did;
        `hand_overs`, what servers got in it, where servers sample."""
        self._places, self._artifacts, self._services = places, artifacts, services
        self._alarms, self._hand_overs = alarms, hand_overs
        self._pause = self._not_before = 0.0
        self.behind = 0
        """Rounds that MLflow is not known to have."""

    @property
    def is_away(self) -> bool:
        """Whether MLflow could not be told when that was last tried."""
        return self._pause > 0

    def follow(self, round: int) -> None:
        """Tell MLflow of `round` and of the rounds before it that it has missed; later, where it has just been told of
        some, or is away."""
        self.behind += 1
        if time.monotonic() < self._not_before:
            return
        try:
            self.catch_up(round + 1)
        except UserError as error:
            if not self._pause:
                logger.warning("%s The run goes on; its curves follow.", error)
            self._pause = min(max(2 * self._pause, 1.0), LONGEST_PAUSE)
        self._not_before = time.monotonic() + (self._pause or REST)

    def catch_up(self, rounds: int) -> None:
        """Tell MLflow of every round below `rounds` that it has no curves of.

        Raises:
            UserError: MLflow cannot be reached or used.
        """
        tracker, missing = self._services.tracker, {}
        for round in sorted(set(range(rounds)) - tracker.rounds()):
            scored, updated = (
                self._artifacts.find(self._places.at("rounds", round, step)) for step in ("score", "update")
            )
            if scored and updated:
                statistics = self._artifacts.read(scored, "state").tasks
                report = self._artifacts.read(updated, "report")
                alarms, given = self._alarms(statistics, report), self._hand_overs(round)
                missing[round] = round_metrics(statistics, report, alarms, given)
        tracker.log_rounds(missing)
        self._pause = 0.0
        self.behind = 0
