"""What can be known to go wrong before the first expensive step, told before it.

What is certain stops a run; of what only an estimate says people are warned.
"""

import os

from astor.data.catalogue import make_source
from astor.errors import UserError
from astor.policies.card import policy_directory
from astor.policies.size import PolicySize
from astor.recipe.advice import advise
from astor.recipe.contradictions import check_batch, refuse_contradictions
from astor.recipe.memory import certain_memory, left_to_update
from astor.recipe.recipe import Recipe
from astor.registry.claims import CHAMPION
from astor.registry.connection import sqlite_file, wait_for
from astor.registry.models import registered
from astor.registry.weights import find_policy
from astor.run.checkpoints import require_within_reach
from astor.run.failure import warn
from astor.run.fitting import update_footprint
from astor.run.forecast import Forecast
from astor.run.machine import free_disk, gpu_memories, has_gpu, memory_limit
from astor.run.policy_files import check_policy_files
from astor.run.prepared import Prepared, find_prepared
from astor.run.registered import first_policy
from astor.run.run import Run
from astor.run.servers import check_servers_see_policies
from astor.storage import try_store
from astor.training.first_policy import FirstPolicyOptions


def preflight(run: Run, writes: bool) -> Prepared | None:
    """Check what a run needs from the beginning to the end; the prompts that were prepared for it.

    Args:
        writes: whether the store may be tried by writing to it, and a champion fetched that must be.

    Raises:
        UserError: it could not come to its end: a source or a policy is not there, the batch is larger than the
            prompts, answers are longer than the context, a policy has no demonstrations to start from, cannot be
            talked with as the recipe says, has another model's tokenizer, or files that do not fit each other, an
            adapter's maps are none of its, the store takes no writes, memory or disk do not hold the policy, MLflow is
            away, the champion or the registered model that the run begins from cannot be read, or the rollout engine's
            servers are not there, or would not see policies.
    """
    uri, recipe = run.services.tracking_uri, run.recipe
    require_within_reach(run)
    _check_sources(recipe)
    _check_policy(recipe)
    refuse_contradictions(recipe)
    check_servers_see_policies(recipe)
    recipe.rollout.check()
    try_store(run.places.root, writes)
    prepared = find_prepared(run)
    if prepared and recipe.rounds:
        check_batch(recipe.batch.prompts, prepared.trained)
    forecast = Forecast(run, prepared)
    _check_memory(forecast)
    _check_disk(forecast)
    if not forecast.begun:
        _check_mlflow(uri)
        _check_champion(uri, run, writes)
        policy = first_policy(recipe, run.services, run.places.root, began=None)
        check_policy_files(policy, getattr(recipe.training, "lora", None))
        _check_chat(policy)
    return prepared


def _check_sources(recipe: Recipe) -> None:
    for number, options in enumerate(recipe.data.sources):
        place = getattr(options, "path", None)
        if place is not None and not make_source(options, recipe.data.splits).contents():
            raise UserError(f"There is nothing at {place}, which data.sources.{number}.path names: check the path.")


def _check_policy(recipe: Recipe) -> None:
    policy, place = recipe.policy, getattr(recipe.policy, "path", None)
    if place is not None and not policy.contents():
        raise UserError(f"There is no model at {place}, which policy.path names: give a Hugging Face directory.")


def _check_chat(policy: FirstPolicyOptions) -> None:
    place = getattr(policy, "path", None)
    if place is not None:
        from astor.policies.chat import load_chat  # transformers

        chat = load_chat(policy_directory(place))
        if policy.chat is not None:
            chat.with_options(policy.chat)


def _check_memory(forecast: Forecast) -> None:
    gpus, size = gpu_memories(), forecast.size
    if size is not None and gpus:
        _check_gpu(forecast, size, gpus)
    limit = memory_limit()
    if limit is None or size is None or forecast.memory is None or has_gpu():
        return
    if (certain := certain_memory(forecast.recipe, size)) > limit:
        raise UserError(
            f"An update keeps {_mb(certain)} of weights, gradients and moments, and this machine or container has "
            f"{_mb(limit)} of memory: {_way_out(forecast, size, limit, [])}, fewer processes, or another machine."
        )
    if forecast.memory.peak > limit:
        warn(
            f"The run may need {_mb(forecast.memory.peak)} of memory, and there are {_mb(limit)}: lower "
            "rollout.tokens_per_batch and training.tokens_per_micro_batch where it ends for want of memory."
        )


def _check_gpu(forecast: Forecast, size: PolicySize, gpus: list[int]) -> None:
    found, limit = update_footprint(forecast.recipe, size, forecast.prompt_tokens, len(gpus)), min(gpus)
    left, way = left_to_update(forecast.recipe, limit, len(gpus)), _way_out(forecast, size, limit, gpus)
    beside = f", {_mb(limit - left)} of them vLLM's" if left < limit else ""
    if found.certain > left:
        raise UserError(
            f"An update keeps {_mb(found.certain)} of weights, gradients and moments on a GPU, which has {_mb(limit)}"
            f"{beside}: {way}, or larger GPUs."
        )
    if found.peak > left:
        then = "ends the run" if hasattr(forecast.recipe.training, "stage") else "halves its micro-batches"
        warn(f"An update may need {_mb(found.peak)} of a GPU's {_mb(limit)}{beside}, and then {then}: {way}.")


def _way_out(forecast: Forecast, size: PolicySize, limit: int, gpus: list[int]) -> str:
    way = advise(forecast.recipe, size, forecast.prompt_tokens, limit, len(gpus))
    return f"set {way}, or use a smaller policy" if way else "use a smaller policy"


def _check_disk(forecast: Forecast) -> None:
    places = forecast.run.places
    if places.is_remote or forecast.disk is None or forecast.begun:
        return
    free, certain = free_disk(places.root), forecast.weights_on_disk
    if certain > free:
        raise UserError(
            f"Checkpoints and policies of the run take {_mb(certain)}, and {_mb(free)} are free in {places.root}: make "
            "room, or give another --store."
        )
    if forecast.disk > free:
        warn(f"The run may write {_mb(forecast.disk)}, and {_mb(free)} are free in {places.root}: make room.")


def _check_mlflow(uri: str) -> None:
    database = sqlite_file(uri)
    if database is None:
        wait_for(uri, seconds=0)
        return
    there = next(place for place in (database, *database.absolute().parents) if place.exists())
    if not os.access(there, os.W_OK) or not (there == database or there.is_dir()):
        raise UserError(f"MLflow's file {database} cannot be written: check tracking.uri and MLFLOW_TRACKING_URI.")


def _check_champion(uri: str, run: Run, writes: bool) -> None:
    database = sqlite_file(uri)
    if database is not None and not database.exists():
        return
    version = registered(uri, run.recipe.tracking.model, CHAMPION)
    # What MLflow holds of a policy is fetched by a run, and not to find out.
    if version and (writes or ":/" not in version.source):
        find_policy(uri, version, run.places.root)


def _mb(count: int) -> str:
    return f"{count / 10**6:,.1f} MB"
