"""Which version of a registered model is meant, told with what there is where it is none."""

from difflib import get_close_matches

from astor.errors import UserError
from astor.registry.claims import CHAMPION
from astor.registry.connection import connect, explained
from astor.registry.models import Registered, registered
from astor.registry.standing import Aliases, models

OPTION, KEY, ARGUMENT, NAME = "--", "policy.", "", "@"
"""How people say which version: by options, by keys of a recipe, by an argument with the option `--alias`, or by a name
alone, as NAME@ALIAS and NAME/VERSION."""


def choose(uri: str, model: str, alias: str | None, version: str | None, before: str) -> Registered:
    """The version of a model in the MLflow at `uri`.

    Args:
        model: its name, or empty for the only one; NAME/VERSION, as a run's end prints it, names the version too.
        alias: of the version, where none is named; `champion` where None is given.
        version: its number.
        before: `OPTION`, `KEY`, `ARGUMENT` or `NAME`.

    Raises:
        UserError: there is no such model, alias or version; it says what there is.
    """
    known = models(uri)
    if not known:
        way = "name the --store of a run, or --mlflow-uri" if before != KEY else "check tracking.uri and --store"
        raise UserError(f"No model is registered in MLflow at {uri}: {way}.")
    name, _, number = model.partition("/")
    name = _model(uri, name, list(known), before)
    if wanted := number or version:
        _require_version(uri, name, wanted, before)
    else:
        _require_alias(uri, name, alias or CHAMPION, known[name], before)
    found = registered(uri, name, "" if wanted else alias or CHAMPION, wanted or "")
    assert found is not None, "it is among those that there are"
    return found


def _model(uri: str, model: str, known: list[str], before: str) -> str:
    names = ", ".join(sorted(known))
    if not model and len(known) > 1:
        raise UserError(f"There are several models in MLflow at {uri}: choose {before}model among {names}.")
    model = model or names
    if model not in known:
        near = get_close_matches(model, known, n=1)
        hint = f"did you mean {near[0]}" if near else f"there are {names}"
        raise UserError(f"There is no model {model} in MLflow at {uri}: {hint}.")
    return model


def _require_version(uri: str, model: str, version: str, before: str) -> None:
    with explained(uri):
        found = connect(uri).search_model_versions(f"name = '{model}'")
    known = sorted(int(one.version) for one in found)
    if version in map(str, known):
        return
    there = "it has none" if not known else f"it has {', '.join(map(str, known[-10:]))}"
    if not version.isdecimal() or not known:
        raise UserError(f"{model} has no version {version} in MLflow at {uri}: {there}.")
    nearest = min(known, key=lambda one: abs(one - int(version)))
    named = f"{'--model ' if before == OPTION else ''}{model}/{nearest}"
    way = f"{before}version {nearest}" if before == KEY else named
    raise UserError(f"{model} has no version {version} in MLflow at {uri}; {there}: give {way}.")


def _require_alias(uri: str, model: str, alias: str, known: Aliases, before: str) -> None:
    if alias in known:
        return
    aliases = [f"{name} (version {version})" for name, version in sorted(known.items())]
    there = f"it has {', '.join(aliases)}" if aliases else "it has none, so give one to a version in MLflow"
    near = get_close_matches(alias, known, n=1) or list(known)[:1]
    if near and before == NAME:
        there += f": give {model}@{near[0]}"
    elif near:
        there += f": give {before or OPTION}alias {near[0]}"
    raise UserError(f"No version of {model} has the alias {alias} in MLflow at {uri}; {there}.")
