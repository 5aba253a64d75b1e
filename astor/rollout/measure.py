"""A policy measured on prompts, in one turn or in several: the one way in which it is asked and judged."""

from collections.abc import Callable, Mapping, Sequence

from astor.records import Batch, Completion, Prompt, Reference, Trajectory, Turn, Verdict
from astor.rollout.engine import Sampler
from astor.rollout.rollout import check_policy, roll_out
from astor.rollout.turns import TurnsOptions, roll_out_turns
from astor.sandbox.runner import JobRunner
from astor.tasks.judging import judge_completions
from astor.tasks.multi_turn.capability import MultiTurn
from astor.tasks.multi_turn.problem import Problem
from astor.tasks.task import Task


def answer(
    sampler: Sampler,
    tasks: Mapping[str, Task],
    sandbox: Callable[[], JobRunner],
    prompts: Mapping[str, Prompt],
    batch: Batch,
) -> list[Completion]:
    """Completions of a batch; of a task with several turns, which come last, each is a whole trajectory.

    Args:
        sandbox: gives the sandbox, which is needed between turns alone.
        prompts: prompt id → prompt.

    Raises:
        UserError: the batch is meant for another policy, or the engine sampled from another.
    """
    over_turns = {key: task.multi_turn for key, task in tasks.items() if task.multi_turn and task.multi_turn.turns > 1}
    single = tuple(row for row in batch.rows if row.task not in over_turns)
    completions = roll_out(sampler, prompts, batch.model_copy(update={"rows": single}))
    for key, multi_turn in over_turns.items():
        if not (rows := [row for row in batch.rows if row.task == key]):
            continue
        check_policy(sampler.policy, batch)
        settings = TurnsOptions(
            trajectories=rows[0].rollouts,
            turns=multi_turn.turns,
            temperature=batch.temperature,
            top_p=batch.top_p,
            seed=batch.seed,
        )
        problems = [Problem.of(prompts[row.prompt_id]) for row in rows]
        dialogues = roll_out_turns(sampler, multi_turn, sandbox(), problems, settings, verbatim=True)
        completions += [dialogue.completion(sampler.chat) for dialogue in dialogues]
    return completions


def measure(
    sampler: Sampler,
    tasks: Mapping[str, Task],
    sandbox: JobRunner,
    prompts: Mapping[str, Prompt],
    references: Mapping[str, Reference],
    batch: Batch,
) -> list[Verdict]:
    """Verdicts on what the policy answers to a batch."""
    completions = answer(sampler, tasks, lambda: sandbox, prompts, batch)
    return judge_completions(tasks, references, completions, sandbox, extended=False)


def measure_turns(
    sampler: Sampler,
    multi_turn: MultiTurn,
    sandbox: JobRunner,
    problems: Sequence[Problem],
    references: Mapping[str, Reference],
    options: TurnsOptions,
    first: Mapping[tuple[str, int], Turn] | None = None,
) -> list[Trajectory]:
    """The policy's trajectories on problems of one task, rolled out by what it may know and then judged.

    Arguments and errors as those of `roll_out_turns`, and of the task's own judging.
    """
    dialogues = roll_out_turns(sampler, multi_turn, sandbox, problems, options, first=first)
    return multi_turn.judge([dialogue.trajectory(sampler.policy) for dialogue in dialogues], references, sandbox)
