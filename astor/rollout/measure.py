"""A policy measured on prompts, in one turn or in several: the one way in which it is asked and judged."""

from collections.abc import Callable, Mapping, Sequence

from astor.records import Batch, Completion, Prompt, Reference, Trajectory, Turn, Verdict
from astor.rollout.engine import Sampler
from astor.rollout.rollout import check_policy, roll_out
from astor.rollout.turns import Problem, TurnsOptions, roll_out_turns
from astor.sandbox.runner import JobRunner
from astor.tasks.judging import judge_completions
from astor.tasks.task import Task
from astor.tasks.turn_runs import judge_turns


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
    over_turns = {key: task.options for key, task in tasks.items() if getattr(task.options, "turns", 1) > 1}
    single = tuple(row for row in batch.rows if row.task not in over_turns)
    completions = roll_out(sampler, prompts, batch.model_copy(update={"rows": single}))
    for key, options in over_turns.items():
        if not (rows := [row for row in batch.rows if row.task == key]):
            continue
        check_policy(sampler.policy, batch)
        settings = TurnsOptions(
            trajectories=rows[0].rollouts,
            turns=options.turns,
            temperature=batch.temperature,
            seed=batch.seed,
            feedback=options.feedback,
        )
        problems = [Problem.of(prompts[row.prompt_id]) for row in rows]
        dialogues = roll_out_turns(sampler, sandbox(), problems, settings, verbatim=True)
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
    sandbox: JobRunner,
    problems: Sequence[Problem],
    references: Mapping[str, Reference],
    options: TurnsOptions,
    first: Mapping[tuple[str, int], Turn] | None = None,
) -> list[Trajectory]:
    """The policy's trajectories on problems, rolled out on public tests alone and then judged by hidden ones.

    Arguments and errors as those of `roll_out_turns` and `judge_turns`.
    """
    dialogues = roll_out_turns(sampler, sandbox, problems, options, first=first)
    return judge_turns([dialogue.trajectory(sampler.policy) for dialogue in dialogues], references, sandbox)
