"""How right programs are turn by turn: pass@1 on hidden tests, and what feedback has added to the first answer."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from astor.errors import UserError
from astor.evaluation.intervals import Interval, mean_interval, share_interval
from astor.evaluation.metrics import pass_at_k
from astor.records import Trajectory


@dataclass(frozen=True)
class TurnScore:
    """One turn over all problems."""

    turn: int
    """0 is the first answer."""
    pass_at_1: Interval
    """Mean over problems of the share of trajectories whose program passes all hidden tests, with its 95 % interval."""
    gain: Interval
    """pass@1 less that of turn 0, problem by problem, with its 95 % interval; in [-1, 1]."""
    relative_change: float | None
    """(pass@1 - that of turn 0) / that of turn 0; None where turn 0 has none."""
    problems: int


def score_turns(trajectories: Sequence[Trajectory]) -> list[TurnScore]:
    """A score per turn. Source: Cobalt's evaluation, c_u / n over n trajectories a problem; the intervals are over
    problems and our choice.

    Every condition that is compared should begin with the same first programs: then turn 0 agrees between them.

    Raises:
        UserError: there is no trajectory, or they do not all have as many turns, so that a later turn would be a mean
            over other problems than an earlier one.
    """
    lengths = sorted({len(trajectory.turns) for trajectory in trajectories})
    if len(lengths) != 1:
        found = f"have {lengths[0]} to {lengths[-1]} turns" if lengths else "are none"
        raise UserError(f"The trajectories {found}: collect as many turns of each before comparing turns.")
    problems: dict[str, list[Trajectory]] = defaultdict(list)
    for trajectory in trajectories:
        problems[trajectory.prompt_id].append(trajectory)
    by_turn = [[_pass_at_1(these, turn) for these in problems.values()] for turn in range(lengths[0])]
    first = share_interval(by_turn[0]).value
    scores = []
    for turn, values in enumerate(by_turn):
        now = share_interval(values)
        gains = [value - before for value, before in zip(values, by_turn[0], strict=True)]
        gain = mean_interval([gains], (-1.0, 1.0)) if turn else Interval(0.0, 0.0, 0.0)
        change = (now.value - first) / first if first else None
        scores.append(TurnScore(turn, now, gain, change, len(problems)))
    return scores


def _pass_at_1(trajectories: Sequence[Trajectory], turn: int) -> float:
    for trajectory in trajectories:
        assert trajectory.turns[turn].hidden_passed, f"hidden tests of {trajectory.prompt_id} were not run"
    passed = sum(all(trajectory.turns[turn].hidden_passed) for trajectory in trajectories)
    return pass_at_k(len(trajectories), passed, 1)
