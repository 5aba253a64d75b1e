"""Pages that need nothing beside themselves: their templates, and how they say keys and figures."""

from collections.abc import Callable, Mapping
from typing import Any

NAMES = {
    "bleu": "BLEU",
    "b_norm": "B-Norm",
    "corpus_bleu": "corpus BLEU",
    "rouge_l": "ROUGE-L",
    "meteor": "METEOR, exact and stem",
}
"""Names that are not their keys."""


def render_page(
    template: str, package: str = "astor.evaluation", filters: Mapping[str, Callable[..., str]] = {}, **values: Any
) -> str:
    """The page of a template of `package`: styles inline, no scripts, nothing fetched. `filters` are its own ones."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader(package, ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(signed=signed, words=words, seconds=seconds, grouped=grouped, **filters)
    return environment.get_template(template).render(**values)


def words(key: str) -> str:
    """A key as people read it: `io_prediction` → `io prediction`, `rouge_l` → `ROUGE-L`."""
    return NAMES.get(key, key.replace("_", " "))


def signed(value: float | None) -> str:
    """A difference with its sign: `−0.058`; a dash where it is unknown."""
    return "–" if value is None else f"{value:+.3f}".replace("-", "−")


def plural(count: int, noun: str) -> str:
    """`1 answer`, `4 answers`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def seconds(value: float) -> str:
    """A duration in the unit that fits it."""
    if value < 60:
        return f"{value:.1f} s"
    if value < 3600:
        return f"{value / 60:.1f} min"
    return f"{value / 3600:.1f} h"


def grouped(value: float) -> str:
    """A count with thin groups of three: `12 345`."""
    return f"{value:,.0f}".replace(",", " ")
