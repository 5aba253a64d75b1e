"""What a run begins from, beside its recipe: the contents of its sources, its first policy, and our own code."""

from collections.abc import Mapping

from astor.data.catalogue import make_source
from astor.errors import UserError
from astor.options import Options
from astor.recipe.recipe import Recipe
from astor.run.code import code_digest
from astor.storage import digest_json

CODE = "the code of astor"


def origins(recipe: Recipe) -> dict[str, str]:
    """What may change under a recipe, as people call it → its digest now; empty where it cannot be read."""
    sources = {
        _called(f"data.sources.{place}", options): _source_digest(recipe, options)
        for place, options in enumerate(recipe.data.sources)
    }
    policy = {_called("policy", recipe.policy): digest_json(recipe.policy.identity())}
    return sources | policy | {CODE: code_digest()}


def changed(then: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """What is not any more as it was."""
    return [name for name, digest in then.items() if now.get(name) != digest]


def _called(key: str, options: Options) -> str:
    place = getattr(options, "path", None)
    return key if place is None else f"{key} ({place})"


def _source_digest(recipe: Recipe, options: Options) -> str:
    try:
        return digest_json(make_source(options, recipe.data.splits).identity())
    except UserError:  # It was readable once, or `prepare` will say what is wrong.
        return ""
