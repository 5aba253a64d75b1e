"""The scheduler of a run: made for its tasks, resumed from a state, asked for a batch."""

from collections import defaultdict

from astor.coordination.catalogue import scheduler_classes
from astor.coordination.scheduler import RoundPlan, Scheduler, TaskInfo
from astor.records import Batch, BatchRow, Prompt, Split, State
from astor.steps.rollout import by_id
from astor.steps.run import Run


def make_scheduler(run: Run, prompts: str) -> Scheduler:
    """The recipe's scheduler before the first round, over the training prompts."""
    of_task: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for prompt in run.read(prompts, "prompts"):
        if prompt.split is Split.TRAIN:
            of_task[prompt.task].append((prompt.id, prompt.bucket))
    tasks = [TaskInfo(key, of_task[key], variance_scale=task.variance_scale) for key, task in run.tasks.items()]
    options = run.recipe.scheduler
    return scheduler_classes()[options.type](options, tasks, run.recipe.seed)


def resume_scheduler(run: Run, prompts: str, planned: str) -> Scheduler:
    """The scheduler as it was when it planned `planned`: this process's own, where it did that here."""
    if scheduler := run.recall(planned, "scheduler"):
        run.forget(planned, "scheduler")
        return scheduler
    state: State = run.read(planned, "state")
    scheduler = make_scheduler(run, prompts)
    scheduler.load_state_dict(state.scheduler)
    scheduler.load_prompt_statistics(run.read(planned, "prompt_statistics"))
    return scheduler


def next_batch(run: Run, prompts: str, scheduler: Scheduler) -> tuple[Batch, RoundPlan]:
    """The batch of the scheduler's next round, and the plan that it follows."""
    known: dict[str, Prompt] = run.read(prompts, "prompts", by_id)
    plan = scheduler.next_round(run.recipe.batch.prompts)
    rows = [
        BatchRow(
            prompt_id=prompt_id,
            task=task,
            rollouts=run.recipe.batch.rollouts,
            max_tokens=known[prompt_id].max_tokens,
        )
        for task, prompt_ids in plan.prompt_ids.items()
        for prompt_id in prompt_ids
    ]
    batch = Batch(
        round=plan.round,
        policy_digest=None,
        seed=run.recipe.seed * 1_000_003 + plan.round,
        temperature=run.recipe.batch.temperature,
        rows=tuple(rows),
        quotas=plan.quotas,
        kl_coefficients=plan.kl_coefficients,
        deficits=plan.deficits,
    )
    return batch, plan
