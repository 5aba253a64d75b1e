"""plan: the first state and batch, the batches that evaluations roll out, and the champion to compare with."""

from astor.records import Batch, BatchRow, Champion, PolicyCard, Prompt, Split, State, read_json
from astor.registry.models import champion
from astor.steps.coordination import make_scheduler, next_batch
from astor.steps.run import Run
from astor.storage import load


def plan(run: Run, prompts: str, policy: str) -> str:
    """Commit the plan and return its reference.

    Args:
        prompts: what `prepare` committed.
        policy: what `initialise` committed; the champion where none is registered yet.
    """
    uri = run.place("plan")
    made_from = {"prompts": prompts, "policy": policy}
    if reference := run.done(uri, made_from):
        return reference
    known: list[Prompt] = run.read(prompts, "prompts")
    scheduler = make_scheduler(run, prompts)
    run.tracker.log_parameters(run.recipe.model_dump(mode="json"))
    batch, first = next_batch(run, prompts, scheduler)
    return run.commit(
        uri,
        made_from,
        state=State(
            round=0,
            scheduler=scheduler.state_dict(),
            shares=first.shares,
            kl_multipliers=first.kl_multipliers,
        ),
        prompt_statistics=scheduler.prompt_statistics(),
        batch=batch,
        held_out=evaluation_batch(run, known, Split.HELD_OUT),
        promotion=evaluation_batch(run, known, Split.PROMOTION),
        champion=find_champion(run, policy),
    )


def evaluation_batch(run: Run, prompts: list[Prompt], split: Split) -> Batch:
    """Every prompt of a split, sampled and once greedily."""
    options = run.recipe.evaluation
    return Batch(
        round=0,
        policy_digest=None,
        seed=run.recipe.seed,
        temperature=options.temperature,
        greedy=True,
        rows=tuple(
            BatchRow(prompt_id=prompt.id, task=prompt.task, rollouts=options.samples, max_tokens=prompt.max_tokens)
            for prompt in prompts
            if prompt.split is split
        ),
    )


def find_champion(run: Run, policy: str) -> Champion:
    """The registered champion; where there is none, the policy that the run starts from."""
    found = champion(run.tracking_uri, run.recipe.tracking.model)
    if found is not None:
        return found
    card = read_json(load(policy.rpartition("#")[0]).part("policy") / "policy.json", PolicyCard)
    return Champion(policy=policy, digest=card.digest)
