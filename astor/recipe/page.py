"""The page on every key of a recipe: Markdown, made of its JSON Schema."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

Schema = dict[str, Any]

HEAD = """\
# The keys of a recipe

`astor schema` prints this page, and `astor schema > docs/recipe.md` writes it: it is made of the docstrings that stand
under the options. `astor schema --json` prints the same as JSON Schema, for editors.

A recipe is one YAML file. Dots join nested keys, as in `--set batch.prompts=64`; `N` stands for a place in a list, from
0, and `KEY` for a name. A type in parentheses after a heading is the `type` whose keys stand there.
"""
KINDS = ("type", "kind")
"""Keys whose only value tells a model from others that may stand in its place."""
RANGE = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<", "pattern": "like"}
FEWEST = ("minItems", "minProperties", "minLength")


class Section(NamedTuple):
    """The keys of one option model, at the first place where it stands."""

    path: str
    """Dotted key."""
    kinds: tuple[str, ...]
    """The `type` of each model on the way that has one."""
    model: Schema

    @property
    def title(self) -> str:
        kinds = ", ".join(f"`{kind}`" for kind in self.kinds)
        return f"`{self.path}` ({kinds})" if kinds else f"`{self.path}`"

    @property
    def anchor(self) -> str:
        """As GitHub makes it of the title."""
        return "#" + re.sub(r"[^\w -]", "", self.title.lower()).replace(" ", "-")


class Page:
    """Renders the sections of a schema, each model once: the same options at two places stand at the first."""

    def __init__(self, schema: Schema, head: str = HEAD, examples: Mapping[str, str] = {}) -> None:
        """`examples` has a text for the end of some sections, by path."""
        self.schema, self.head, self.examples = schema, head, examples
        self.sections: dict[str, Section] = {}
        """Model as JSON → where its keys stand."""

    def render(self) -> str:
        """The page."""
        return "\n".join([self.head, *self._keys(Section("", (), self.schema))])

    def _keys(self, section: Section) -> Iterator[str]:
        """The lines of a section, then those of the sections below it."""
        known = len(self.sections)
        if text := _joined(section.model.get("description", "")):
            yield f"{text}\n"
        for key, value in section.model["properties"].items():
            if key == "type" and "const" in value:
                continue
            path = f"{section.path}.{key}".removeprefix(".")
            required = "required" if key in section.model.get("required", ()) else ""
            facts = [fact for fact in (self._type(value, path, section.kinds), required, self._default(value)) if fact]
            yield f"- **`{key}`**: {', '.join(facts)}. {_joined(value.get('description', ''))}".rstrip()
        if section.path in self.examples:
            yield f"\n{self.examples[section.path]}"
        for below in list(self.sections.values())[known:]:
            yield f"\n{'#' * min(2 + below.path.count('.'), 4)} {below.title}\n"
            yield from self._keys(below)

    def _type(self, value: Schema, path: str, kinds: tuple[str, ...]) -> str:
        """What a value may be, in words."""
        if "$ref" in value or "properties" in value:
            model = self._model(value)
            return self._link(model, path, kinds) if "properties" in model else self._type(model, path, kinds)
        if "const" in value or "enum" in value:
            return " or ".join(_code(one) for one in value.get("enum", [value.get("const")]))
        if options := value.get("oneOf") or value.get("anyOf"):
            return " or ".join(self._type(option, path, kinds) for option in options)
        fewest = "".join(f", {value[word]} at least" for word in FEWEST if value.get(word))
        if "prefixItems" in value:
            return f"list of {', '.join(self._type(item, path, kinds) for item in value['prefixItems'])}"
        if value.get("type") == "array":
            return f"list of {self._type(value.get('items', {}), f'{path}.N', kinds)}{fewest}"
        if value.get("type") == "object":
            below = value.get("additionalProperties", True)
            return f"mapping to {self._type({} if below is True else below, f'{path}.KEY', kinds)}{fewest}"
        if value.get("type") == "null":
            return "`null`"
        limits = " and".join(f" {sign} {_limit(value[word])}" for word, sign in RANGE.items() if word in value)
        return f"{value.get('format') or value.get('type', 'anything')}{limits}{fewest}"

    def _link(self, model: Schema, path: str, kinds: tuple[str, ...]) -> str:
        kind = next((key["const"] for key in map(model["properties"].get, KINDS) if key and "const" in key), None)
        content = json.dumps([model.get("title"), model["properties"]])
        section = self.sections.setdefault(content, Section(path, (*kinds, kind) if kind else kinds, model))
        return f"[{f'`{kind}`' if kind else 'keys'}]({section.anchor})"

    def _model(self, value: Schema) -> Schema:
        return self.schema["$defs"][value["$ref"].rpartition("/")[2]] if "$ref" in value else value

    def _default(self, value: Schema) -> str:
        """The default, as far as it is not that of the models below."""
        if "default" not in value:
            return ""
        default = value["default"]
        options = [self._model(option) for option in value.get("oneOf") or value.get("anyOf") or [value]]
        models = [option["properties"] for option in options if "properties" in option]
        if not isinstance(default, dict) or not models:
            return f"default {_code(default)}"
        kind = default.get("type")
        model = next(model for model in models if model.get("type", {}).get("const") == kind)
        named = {"type": kind} if len(models) > 1 else {}
        named |= {key: one for key, one in default.items() if one != model[key].get("default")}
        if named == {"type": kind}:
            return f"default {_code(kind)}"
        return f"default {_code(named)}" if named else ""


def _joined(text: str) -> str:
    return " ".join(text.split())


def _code(value: Any) -> str:
    return f"`{value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)}`"


def _limit(value: Any) -> str:
    return _code(value) if isinstance(value, str) else f"{value:g}"
