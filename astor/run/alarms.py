"""The alarms of a run, read from what its rounds committed: none is remembered."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from astor.evaluation.alarms import Alarm
from astor.evaluation.history import Round
from astor.run.failure import warn
from astor.run.run import Run


def alarms_of(run: Run, rounds: Sequence[Round]) -> Mapping[Alarm, list[int]]:
    """Alarm → the rounds in which it rang."""
    rung: defaultdict[Alarm, list[int]] = defaultdict(list)
    for round, statistics, report in rounds:
        for alarm in run.alarms(statistics, report):
            rung[alarm].append(round)
    return rung


def warn_of_alarms(run: Run, round: int) -> None:
    """Tell people of the alarms of a round, which ended just now, that did not ring in the one before."""
    rung = alarms_of(run, [read_round(run, each) for each in range(max(round - 1, 0), round + 1)])
    for alarm, rounds in sorted(rung.items()):
        if rounds == [round]:
            warn(f"Round {round}: {alarm.describe(run.recipe.alarms)} (alarms.{alarm.bound}).")


def read_round(run: Run, round: int) -> Round:
    """What a round that ended committed."""
    scored, updated = (run.artifacts.committed(run.places.at("rounds", round, step)) for step in ("score", "update"))
    return round, run.artifacts.read(scored, "state").tasks, run.artifacts.read(updated, "report")
