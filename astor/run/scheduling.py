"""The scheduler of a run: made for its tasks, resumed from a state, asked for a batch."""

from collections import defaultdict

from astor.coordination.catalogue import scheduler_classes
from astor.coordination.scheduler import PromptInfo, RoundPlan, Scheduler, TaskInfo
from astor.records import Batch, BatchRow, Prompt, Split, State, prompts_by_id
from astor.run.run import Run
from astor.storage import ArtifactRef, lineage


def make_scheduler(run: Run, prompts: ArtifactRef) -> Scheduler:
    """The recipe's scheduler before the first round, over the training prompts."""
    of_task: defaultdict[str, list[PromptInfo]] = defaultdict(list)
    for prompt in run.artifacts.read(prompts, "prompts"):
        if prompt.split is Split.TRAIN:
            of_task[prompt.task].append(describe(prompt))
    kl_base = None if run.recipe.training.loss.kl else 0.0
    tasks = [TaskInfo(key, of_task[key], graded=task.graded, kl_base=kl_base) for key, task in run.tasks.items()]
    options = run.recipe.scheduler
    return scheduler_classes()[options.type](options, tasks, run.recipe.seed)


def describe(prompt: Prompt) -> PromptInfo:
    """What a scheduler knows of a prompt; its kind stands in its id, before the item's."""
    kind = prompt.id.removeprefix(f"{prompt.task}/").partition(prompt.item_id)[0].rstrip("/")
    characters = sum(len(message.content) for message in prompt.messages)
    return PromptInfo(prompt.id, prompt.bucket, kind, characters)


def resume_scheduler(run: Run, prompts: ArtifactRef, planned: ArtifactRef) -> Scheduler:
    """The scheduler as it was when it planned `planned`: this process's own, where it did that here."""

    def resume() -> Scheduler:
        state: State = run.artifacts.read(planned, "state")
        scheduler = make_scheduler(run, prompts)
        scheduler.load_state_dict(state.scheduler)
        scheduler.load_prompt_statistics(run.artifacts.read(planned, "prompt_statistics"))
        return scheduler

    return run.services.scheduler(planned, resume)


def make_batch(run: Run, prompts: ArtifactRef, plan: RoundPlan, origin: str) -> Batch:
    """The batch that follows a plan, for the policy that the plan's round begins with; with staleness 1 for the one
    before it, the first policy of all excepted.

    `origin` is the digest of policy_0: round r is rolled out by what r updates have made of it, or r - 1.
    """
    known: dict[str, Prompt] = run.artifacts.read(prompts, "prompts", prompts_by_id)
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
    return Batch(
        round=plan.round,
        draw=plan.draw,
        policy_digest=lineage(origin, max(plan.round - run.recipe.staleness, 0)),
        seed=run.recipe.seed * 1_000_003 + plan.round,
        temperature=run.recipe.batch.temperature,
        rows=tuple(rows),
        quotas=plan.quotas,
        kl_coefficients=plan.kl_coefficients,
        deficits=plan.deficits,
    )


def origin_of(batch: Batch) -> str:
    """Digest of policy_0, as a batch that `make_batch` made names it."""
    assert batch.policy_digest is not None, "a training batch is for one policy"
    return batch.policy_digest.partition("+")[0]
