"""The forms in which data sets hold commits, told from their columns.

| form | diff | message | repository | sha |
|---|---|---|---|---|
| CommitBench (2403.05188) | `diff` | `message` | `project` | `hash` |
| CommitChronicle (2308.07655) | of the files in `mods` | `message` | `repo` | `hash` |
| CommitPackFT (2308.07124) | made of `old_contents` and `new_contents` | `message` | first of `repos` | `commit` |
| MCMD (Tao and others, ICSME 2021) | `diff`, in tokens | `msg` | `repo` | `sha` |
| diff and message | `diff` | `message` | `repo` | `sha` |

A column may have the name that another form, or habit, gives it; a column that holds null is not there.
"""

from abc import ABC, abstractmethod
from itertools import product
from typing import Annotated, Any, ClassVar

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, TypeAdapter

from astor.data.tokenised_diffs import is_tokenised, restored
from astor.data.unified_diffs import hunks, unpacked, with_names

DIFFS = ("diff", "patch", "git_diff")
MESSAGES = ("message", "msg", "commit_message", "subject")
REPOSITORIES = ("repo", "repository", "project", "repo_name", "repository_name", "repo_full_name", "repos")
SHAS = ("sha", "hash", "commit_sha", "commit_hash", "commit_id", "commit")
LICENCES = ("license", "licence")
FIELDS = (
    *(
        frozenset({diff, "message", known})
        for diff, known in product(DIFFS, (*SHAS, *REPOSITORIES))
        if known != "repository"  # Items of one's own have it as well.
    ),
    *(frozenset(pair) for pair in product(DIFFS, ("msg", "commit_message"))),
    frozenset({"mods", "message"}),
    *(frozenset({"old_contents", "new_contents", message}) for message in ("message", "subject")),
)
"""Columns that tell that a record is a commit, a set for each way to call them."""


def _first(value: Any) -> Any:
    """The first of several, in a list or with commas between, without white space around it."""
    if isinstance(value, list):
        value = next(iter(value), "")
    return value.partition(",")[0].strip() if isinstance(value, str) else value


_First = Annotated[str, BeforeValidator(_first)]


def _there(value: Any) -> Any:
    """A record without the columns that hold null."""
    return {name: each for name, each in value.items() if each is not None} if isinstance(value, dict) else value


class Record(BaseModel, ABC):
    """A commit as a data set has it; its form is a subclass."""

    model_config = ConfigDict(extra="allow", coerce_numbers_to_str=True)

    name: ClassVar[str]

    message: str = Field(default="", validation_alias=AliasChoices(*MESSAGES))
    repository: _First = Field(default="", validation_alias=AliasChoices(*REPOSITORIES))
    sha: _First = Field(default="", validation_alias=AliasChoices(*SHAS))
    licence: _First = Field(default="", validation_alias=AliasChoices(*LICENCES))

    @property
    def form(self) -> str:
        """The form in words."""
        return self.name

    @property
    def unread(self) -> tuple[str, ...]:
        """Columns that nothing is read from."""
        return tuple(self.model_extra or ())

    @abstractmethod
    def unified(self) -> str:
        """The commit's diff, in unified form."""


class _Plain(Record):
    name = "diff and message"

    diff: str = Field(default="", validation_alias=AliasChoices(*DIFFS))

    @property
    def form(self) -> str:
        return f"{self.name}, diff restored from tokens" if is_tokenised(self.diff) else self.name

    def unified(self) -> str:
        return restored(self.diff) if is_tokenised(self.diff) else unpacked(self.diff)


class _CommitBench(_Plain):
    name = "CommitBench"


class _Mcmd(_Plain):
    name = "MCMD"


class _Mod(BaseModel):
    old_path: str | None = None
    new_path: str | None = None
    diff: str | None = None

    def unified(self) -> str:
        diff = self.diff or ""
        return diff if diff.startswith(("diff ", "--- ")) else with_names(self.old_path, self.new_path, diff)


class _CommitChronicle(Record):
    name = "CommitChronicle"

    mods: list[_Mod]

    def unified(self) -> str:
        return "".join(mod.unified() for mod in self.mods)


class _CommitPackFT(Record):
    name = "CommitPackFT"

    old_file: str = ""
    new_file: str = ""
    old_contents: str = ""
    new_contents: str = ""

    def unified(self) -> str:
        old = self.old_file if self.old_contents else None
        new = self.new_file if self.new_contents else None
        return with_names(old, new, hunks(self.old_contents, self.new_contents))


def _form(value: Any) -> str:
    columns = _there(value).keys()
    if "mods" in columns:
        return _CommitChronicle.name
    if columns & {"old_contents", "new_contents"} and not columns & set(DIFFS):
        return _CommitPackFT.name
    if {"hash", "project"} <= columns:
        return _CommitBench.name
    return _Mcmd.name if "msg" in columns else _Plain.name


RECORDS: TypeAdapter[Record] = TypeAdapter(
    Annotated[
        Annotated[_CommitBench, Tag(_CommitBench.name)]
        | Annotated[_CommitChronicle, Tag(_CommitChronicle.name)]
        | Annotated[_CommitPackFT, Tag(_CommitPackFT.name)]
        | Annotated[_Mcmd, Tag(_Mcmd.name)]
        | Annotated[_Plain, Tag(_Plain.name)],
        Discriminator(_form),
        BeforeValidator(_there),
    ]
)
"""Checks a record."""
