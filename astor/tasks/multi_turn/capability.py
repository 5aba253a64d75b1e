"""What a task declares whose prompts are answered several times, with a reply after every answer."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from astor.options import Options
from astor.records import Reference, Trajectory, Turn
from astor.sandbox.runner import JobRunner
from astor.tasks.multi_turn.problem import Problem


@dataclass(frozen=True)
class Answered:
    """An answer that wants a reply."""

    problem: Problem
    turns: tuple[Turn, ...]
    """What came before it."""
    text: str
    """All that the policy wrote, its thinking included; empty where its context had no room for an answer."""


class MultiTurn(ABC):
    """How a task goes on after an answer. Rollouts, collections and evaluations over turns ask nothing else of a task.

    A reply is read by the policy, so it is made of the problem and the answers alone; `judge`, which reads references,
    comes after the last turn, and no policy sees what it finds.
    """

    turns: int = 1
    """Answers of one training rollout, 1 or more. With 1 no rollout of training has a reply."""
    evaluated_turns: int = 1
    """Answers of each trajectory by which a run's first and last policy are compared; 1 leaves it out."""
    options: Options
    """What replies depend on: trajectories that were collected under others do not go into one collection."""

    @abstractmethod
    def reply(self, answers: Sequence[Answered], sandbox: JobRunner) -> list[Turn]:
        """One turn per answer, in order: the answer with the results of the problem's public tests, if it has any, and
        as `feedback` the user's next message. `seed` and `tokens` are left to the rollout.

        Raises:
            UserError: the sandbox fails again and again.
        """

    @abstractmethod
    def judge(
        self, trajectories: Sequence[Trajectory], references: Mapping[str, Reference], sandbox: JobRunner
    ) -> list[Trajectory]:
        """The trajectories with `hidden_passed` of every turn, at least one result each, as many for each turn.

        `references` by prompt identifier. UserError as for `reply`.
        """
