"""Whether a recipe's policy fits the memory of the machine, or of GPUs: told before anything is spent."""

from collections.abc import Iterator

from astor.policies.size import HALF, PolicySize
from astor.recipe.advice import ROOM, SHARE, advise, fits
from astor.recipe.footprint import Footprint, footprint
from astor.recipe.memory import (
    left_to_update,
    policy_bytes,
    rollout_bytes,
    server_share,
    training_of,
    update_processes,
)
from astor.recipe.recipe import Recipe
from astor.run.checkup import Check, State, gigabytes
from astor.run.forecast import Forecast
from astor.run.machine import free_disk


def recipe_checks(
    forecast: Forecast, prompt_tokens: int | None, gpus: list[int], machine: int | None
) -> Iterator[Check]:
    """Memory of a rollout and of an update, on the smallest of `gpus` or, where there are none, on a machine of so many
    bytes; and the room on the store's disk."""
    recipe, size = forecast.recipe, forecast.size
    if size is None:
        yield Check("policy", "look", "its size is known once it is loaded", "give a local directory to know it before")
        return
    yield Check("policy", "fine", f"{size.parameters:,} parameters, {size.layers} layers, {size.vocabulary:,} tokens")
    limit = min(gpus) if gpus else machine
    where = f"of a GPU's {gigabytes(limit)}" if gpus and limit else f"of {gigabytes(limit)}" if limit else ""
    yield _rollout(recipe, size, prompt_tokens, len(gpus), limit, where)
    if limit and (left := left_to_update(recipe, limit, len(gpus))) < limit:
        where = f"of the {gigabytes(left)} that vLLM leaves {where}"
    yield _update(recipe, size, prompt_tokens, len(gpus), limit, where)
    yield from _disk(forecast)


def update_footprint(recipe: Recipe, size: PolicySize, prompt_tokens: int | None, gpus: int) -> Footprint:
    """Of one process on one device."""
    return footprint(size, training_of(recipe, size, prompt_tokens, gpus))


def _rollout(
    recipe: Recipe, size: PolicySize, prompt_tokens: int | None, gpus: int, limit: int | None, where: str
) -> Check:
    needed = rollout_bytes(recipe, size, prompt_tokens, bf16=gpus > 0)
    if not needed:
        return _server(recipe, size, gpus, limit, where)
    trained = update_footprint(recipe, size, prompt_tokens, gpus)
    beside = trained.moments + trained.reference
    needed = needed + beside if gpus else recipe.processes * needed + update_processes(recipe) * beside
    if limit is None or needed <= ROOM * limit:
        return Check("rollout", "fine", f"{gigabytes(needed)} {where}".strip())
    if policy_bytes(size) + beside > limit:
        return Check("rollout", "missing", f"{gigabytes(needed)} {where}", "give training.lora")
    return Check("rollout", "look", f"{gigabytes(needed)} {where}", "lower rollout.tokens_per_batch")


def _server(recipe: Recipe, size: PolicySize, gpus: int, limit: int | None, where: str) -> Check:
    share = server_share(recipe, gpus)
    if not share or limit is None:
        return Check("rollout", "fine", "a server samples, in memory of its own")
    weights, has = HALF * size.parameters, round(share * limit)
    told = f"vLLM samples, in {gigabytes(has)} {where}, which its weights take {gigabytes(weights)} of"
    if weights <= ROOM * has:
        return Check("rollout", "fine", told)
    return Check("rollout", "look", told, f"raise {SHARE}, or give --tensor-parallel-size, in rollout.vllm_arguments")


def _update(
    recipe: Recipe, size: PolicySize, prompt_tokens: int | None, gpus: int, limit: int | None, where: str
) -> Check:
    found = update_footprint(recipe, size, prompt_tokens, gpus)
    ranks = 1 if gpus else update_processes(recipe)
    parts = ", ".join(f"{name} {gigabytes(ranks * count)}" for name, count in found._asdict().items())
    told = f"{gigabytes(ranks * found.peak)} {where}: {parts}".replace(" :", ":")
    if limit is None or fits(recipe, size, prompt_tokens, limit, gpus):
        return Check("update", "fine", told)
    way = advise(recipe, size, prompt_tokens, limit, gpus)
    left = left_to_update(recipe, limit, gpus)
    state: State = "missing" if ranks * found.certain > left or way is None else "look"
    return Check("update", state, told, f"set {way}" if way else "use a smaller policy, or more or larger GPUs")


def _disk(forecast: Forecast) -> Iterator[Check]:
    places = forecast.run.places
    if places.is_remote or forecast.disk is None:
        return
    free, certain = free_disk(places.root), forecast.weights_on_disk
    state: State = "missing" if certain > free else "look" if forecast.disk > free else "fine"
    advice = "" if state == "fine" else "make room, or give another --store"
    told = f"{gigabytes(forecast.disk)} at most, {gigabytes(certain)} of it checkpoints and policies"
    yield Check("disk of the run", state, f"{told}; {gigabytes(free)} free", advice)
