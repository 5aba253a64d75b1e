"""A model as people name it: a path, a run, a registered version or alias, or a model of the hub."""

from difflib import get_close_matches
from pathlib import Path

from astor.cli.report import find_run
from astor.cli.store import mlflow_of
from astor.errors import UserError
from astor.policies import hub
from astor.policies.card import policy_ref
from astor.recipe.load import is_recipe, packaged_recipes
from astor.registry.choose import NAME, choose
from astor.registry.standing import models
from astor.registry.weights import find_policy
from astor.run.listing import files_of_runs
from astor.run.policy_after import policy_after
from astor.steps.evaluate_found import Found
from astor.storage import find
from astor.training.first_policy import HuggingFaceOptions


def find_model(text: str, store: str, mlflow_uri: str) -> Found:
    """What `text` names, the first of these that there is: a path or `s3://` URI (a Hugging Face directory, an artifact
    with a policy, a run), a run of the store by its name or its recipe's, a registered model's champion (NAME), alias
    (NAME@ALIAS, or ALIAS alone) or version (NAME/3), a model of the hub (owner/name, owner/name@revision). Behind a
    run, @N names its policy after N rounds.

    Raises:
        UserError: there is none; it says what is near.
    """
    return (
        _at_path(text)
        or _of_run(text, store)
        or _registered(text, store, mlflow_uri)
        or _of_hub(text)
        or _refuse(text, store, mlflow_uri)
    )


def _at_path(text: str) -> Found | None:
    artifact = find(text) if "://" in text or Path(text).is_dir() else None
    if artifact is not None and "policy" in artifact.manifest.parts:
        return Found(text, policy_ref(artifact.ref), "an artifact")
    if artifact is not None or Path(text).is_file():
        raise UserError(f"{text} holds no policy: name a model's directory, or the policy that a result names.")
    if not Path(text).is_dir() or (Path(text) / "recipe").is_dir():
        return None
    return Found(text, HuggingFaceOptions(path=text), "a directory")


def _of_run(text: str, store: str) -> Found | None:
    name, at, rounds = text.rpartition("@") if text.rpartition("@")[2].isdecimal() else (text, "", "")
    runs = files_of_runs(store) if "://" in store or Path(store).is_dir() else {}
    below = "/runs/" in name and (Path(name) / "recipe").is_dir()
    if not (below or name in runs or (is_recipe(name) and runs)):
        return None
    run = find_run(name, (), store)
    if run.places.name not in runs and not below:
        raise UserError(f"The recipe {name} was never run in {store}: run it first, or name one of its runs.")
    policy = policy_after(run, int(rounds) if at else None)
    return Found(text, policy, f"{run.places.name} after {policy.updates} rounds")


def _registered(text: str, store: str, mlflow_uri: str) -> Found | None:
    if not mlflow_uri and "://" in store:
        return None
    uri = mlflow_of(store, mlflow_uri)
    known = models(uri)
    name, alias, version = text, None, None
    if text.rpartition("/")[2].isdecimal():
        name, _, version = text.rpartition("/")
    elif "@" in text:
        name, _, alias = text.rpartition("@")
    if name not in known:
        holders = [model for model, aliases in known.items() if text in aliases]
        if len(holders) > 1:
            raise UserError(
                f"Several models have the alias {text}: name one, as {' or '.join(f'{m}@{text}' for m in holders)}."
            )
        if not holders:
            return None
        name, alias = holders[0], text
    found = choose(uri, name, alias, version, NAME)
    told = f"{found.name}/{found.version}" + (f", {found.alias}" if found.alias else "")
    return Found(text, find_policy(uri, found, store), told)


def _of_hub(text: str) -> Found | None:
    if not hub.NAME.fullmatch(text) or Path(text).parent.is_dir():
        return None
    return Found(text, HuggingFaceOptions(path=str(hub.fetch_model(text))), "a model of the hub")


def _refuse(text: str, store: str, mlflow_uri: str) -> Found:
    runs = files_of_runs(store) if "://" in store or Path(store).is_dir() else {}
    registered = models(mlflow_of(store, mlflow_uri)) if mlflow_uri or "://" not in store else {}
    aliases = {alias for of_model in registered.values() for alias in of_model}
    near = get_close_matches(text.partition("@")[0], [*registered, *aliases, *runs, *packaged_recipes()], n=1)
    known = {"registered": registered, "aliases": aliases, "runs": runs}
    there = "; ".join(f"{what} are {', '.join(sorted(names)) or 'none'}" for what, names in known.items())
    raise UserError(
        f"There is no model {text}, neither a path nor in {store}: {f'did you mean {near[0]}' if near else there}."
    )
