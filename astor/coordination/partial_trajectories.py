"""Trajectories cut into prompts: a contextual bandit whose contexts are conversations that have begun (Cobalt)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from pydantic import Field

from astor.coordination.state import generator
from astor.coordination.trajectories import (
    TrajectoryOptions,
    is_mastered,
    select_for_training,
    select_for_validation,
)
from astor.options import Options
from astor.records import Message, Split, Trajectory
from astor.tasks.multi_turn.conversation import prefix

CountTokens = Callable[[Sequence[Message]], int]
"""Length of a conversation under the policy's chat template, the beginning of the next answer included."""


class CutOptions(Options):
    """Values of Cobalt's code (`process_multi_turn_taco.py`)."""

    selection: TrajectoryOptions = TrajectoryOptions()
    programs: int = Field(default=3, ge=1)
    """Most programs that a prompt's conversation holds."""
    prompt_tokens: int = Field(default=10_000, ge=1)
    """Most tokens of a prompt."""
    seed: int = 42
    """Seed of the order of the prompts."""


@dataclass(frozen=True)
class PartialTrajectory:
    """A conversation that ends where the next program is due."""

    problem: str
    """Identifier of the prompt that the trajectory began with."""
    messages: tuple[Message, ...]
    prev_best: float = 0.0
    """Largest rate of the programs in it, in [0, 1]."""
    index: int | None = None
    """Index of the trajectory that it was cut from; None where it is the problem alone."""
    programs: int = 0
    """Programs in it."""
    perturbed: bool = False
    """Whether the conversation shows public tests that are wrong."""

    @property
    def id(self) -> str:
        """The identifier of the prompt that it becomes."""
        if self.index is None:
            return self.problem
        return f"{self.problem}/{'perturbed-' if self.perturbed else ''}{self.index}/{self.programs}"


def cut_trajectories(
    trajectories: Iterable[Trajectory], count_tokens: CountTokens, options: CutOptions
) -> list[PartialTrajectory]:
    """The prompts that judged trajectories give, shuffled by the seed.

    Per problem the problem alone, and the prefixes of the trajectories that the selection of its split keeps. Training
    problems that are mastered give nothing; others stay, for what is measured must not depend on who collected (our
    choice). Trajectories that a problem has under perturbed tests are selected apart from the others, so that a mixture
    holds as many of each (our choice); the problem alone comes once.
    """
    problems: dict[str, list[Trajectory]] = {}
    for trajectory in trajectories:
        problems.setdefault(trajectory.prompt_id, []).append(trajectory)
    cut = [partial for collected in problems.values() for partial in _cut_problem(collected, count_tokens, options)]
    assert len({partial.id for partial in cut}) == len(cut), "two trajectories of a problem have the same index"
    return [cut[place] for place in generator(options.seed, "partial trajectories").permutation(len(cut))]


def _cut_problem(
    collected: Sequence[Trajectory], count_tokens: CountTokens, options: CutOptions
) -> Iterator[PartialTrajectory]:
    training = collected[0].split is Split.TRAIN
    if training and is_mastered(collected):
        return
    yield PartialTrajectory(collected[0].prompt_id, collected[0].messages)
    for perturbed in (False, True):
        these = [one for one in collected if bool(one.perturbed) == perturbed]
        for kept in select_for_training(these, options.selection) if training else select_for_validation(these):
            yield from cut_trajectory(kept, count_tokens, options)


def cut_trajectory(
    trajectory: Trajectory, count_tokens: CountTokens, options: CutOptions
) -> Iterator[PartialTrajectory]:
    """The conversations after one, two, three programs, up to the first that

    - ends in two feedbacks which both say that all public tests pass,
    - is longer than a prompt may be, or
    - holds one program where the first and the third pass all tests;

    neither that one nor a longer one is given.
    """
    turns, rates = trajectory.turns, trajectory.rates
    for programs in range(1, min(options.programs, len(turns)) + 1):
        if programs > 1 and all(turn.passes_what_is_shown for turn in turns[programs - 2 : programs]):
            return
        messages = prefix(trajectory, programs)
        if count_tokens(messages) > options.prompt_tokens:
            return
        if programs == 1 and len(turns) > 2 and rates[0] == rates[2] == 1:
            return
        yield PartialTrajectory(
            problem=trajectory.prompt_id,
            messages=messages,
            prev_best=max(rates[:programs]),
            index=trajectory.index,
            programs=programs,
            perturbed=bool(trajectory.perturbed),
        )
