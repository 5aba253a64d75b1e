"""plan: the first state and batch, the batches that evaluations roll out, and the champion to compare with."""

from collections import Counter

from astor.evaluation.gate import power, tell_few
from astor.records import Batch, BatchRow, Power, Prompt, Split, State
from astor.registry.claims import CHAMPION
from astor.registry.connection import sqlite_file, wait_for
from astor.registry.models import registered
from astor.registry.weights import find_policy
from astor.run.artifacts import Inputs
from astor.run.champion import champion_record
from astor.run.failure import warn
from astor.run.models import keep_policy
from astor.run.progress import report_progress
from astor.run.run import Run
from astor.run.scheduling import make_batch, make_scheduler
from astor.run.tracked import datasets, parameters, recipe_text
from astor.storage import ArtifactRef, PolicyRef


def plan(run: Run, prompts: ArtifactRef, policy: PolicyRef) -> ArtifactRef:
    """Commit the plan and return its ref.

    Args:
        prompts: what `prepare` committed.
        policy: what `initialise` committed; the champion where none is registered yet.

    Raises:
        UserError: the champion is registered, and cannot be read.
    """
    uri = run.places.at("plan")
    made_from: Inputs = {"prompts": prompts, "policy": policy}
    if done := run.artifacts.done(uri, made_from):
        return done
    report_progress("plan", 0, 0, "first batch, champion, MLflow")
    known: list[Prompt] = run.artifacts.read(prompts, "prompts")
    scheduler = make_scheduler(run, prompts)
    if sqlite_file(run.services.tracking_uri) is None:  # It was there when the run began, a warm start ago.
        wait_for(run.services.tracking_uri)
    tracker = run.services.tracker
    tracker.log_parameters(parameters(run.recipe))
    tracker.log_datasets(list(datasets(run, prompts)))
    tracker.log_texts({"recipe.yaml": recipe_text(run)})
    first = scheduler.next_round(run.recipe.batch.prompts)
    gate = gate_power(run, known)
    if gate.few:
        warn(tell_few(gate))
    planned = run.artifacts.commit(
        uri,
        made_from,
        state=State(
            round=0,
            scheduler=scheduler.state_dict(),
            shares=first.shares,
            kl_multipliers=first.kl_multipliers,
        ),
        prompt_statistics=scheduler.prompt_statistics(),
        batch=make_batch(run, prompts, first, policy.digest),
        held_out=evaluation_batch(run, known, Split.HELD_OUT),
        promotion=evaluation_batch(run, known, Split.PROMOTION),
        champion=champion_record(run, _champion(run) or policy),
        power=gate,
    )
    report_progress("plan", 1, 1)
    return planned


def _champion(run: Run) -> PolicyRef | None:
    """The policy that is champion now, kept in the run's own store from now on; None where there is none."""
    uri = run.services.tracking_uri
    version = registered(uri, run.recipe.tracking.model, CHAMPION)
    return keep_policy(run, find_policy(uri, version, run.places.root)) if version else None


def gate_power(run: Run, prompts: list[Prompt]) -> Power:
    """Whether there are promotion prompts enough, as far as that is known now."""
    counts = Counter(prompt.task for prompt in prompts if prompt.split is Split.PROMOTION and not prompt.apart)
    return power({task: counts[task] for task in run.tasks}, run.recipe.evaluation.samples, run.recipe.gate)


def evaluation_batch(run: Run, prompts: list[Prompt], split: Split) -> Batch:
    """Every prompt of a split, sampled and once greedily, by whichever policy is evaluated."""
    options = run.recipe.evaluation
    return Batch(
        round=0,
        policy_digest=None,
        seed=run.recipe.seed,
        temperature=options.temperature,
        top_p=options.top_p,
        greedy=True,
        rows=tuple(
            BatchRow(prompt_id=prompt.id, task=prompt.task, rollouts=options.samples, max_tokens=prompt.max_tokens)
            for prompt in prompts
            if prompt.split is split
        ),
    )
