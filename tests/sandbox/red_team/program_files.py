"""The programs of the red team: each a file whose head says what it tries and what must come of it.

The head is lines of comment, `# Name: text`, up to the first line that is none:

- Tries: in words.
- Mode: calls, check, stdin, unittest or pytest.
- Check: the file in `checks/` that a program of the mode check is run against.
- Outcome: a value of `astor.sandbox.Ending`; several with "or" where the machine decides.
- Claims: "wrong", no claim is the right answer; "refused", each claim is a dict from an attempt to the error that
  refused it; or the list of all claimed values.
- Machine: the only one on which it can be tried.
- Source: a Python expression for the program where no file could hold it.
- Xfail: the hole that this program still finds.
"""

import ast
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent

REFUSALS = {"EPERM", "EACCES", "ENOSYS", "ENOENT", "EROFS", "ModuleNotFoundError", "gaierror"}


@dataclass(frozen=True)
class ProgramFile:
    """One program, as its file describes it."""

    name: str
    source: str
    head: dict[str, str] = field(repr=False)

    @property
    def outcomes(self) -> list[str]:
        """The outcomes that are right."""
        return self.head["Outcome"].split(" or ")

    def fits(self) -> bool:
        """Whether it can be tried on this machine."""
        return self.head.get("Machine", os.uname().machine) == os.uname().machine

    @property
    def claims(self) -> str | list[Any]:
        """ "wrong", "refused" or the values."""
        text = self.head.get("Claims", "wrong")
        return text if text in ("wrong", "refused") else ast.literal_eval(text)


def read_programs(folder: str) -> list[ProgramFile]:
    """All programs beneath `folder`, by name."""
    return [_read(path, HERE / folder) for path in sorted((HERE / folder).rglob("*.py"))]


def _read(path: Path, folder: Path) -> ProgramFile:
    text = path.read_text()
    head: dict[str, str] = {}
    name = ""
    for line in text.splitlines():
        if not line.startswith("# "):
            break
        if found := re.fullmatch(r"# ([A-Z][a-z]+): (.*)", line):
            name = found[1]
            head[name] = found[2]
        else:
            head[name] += " " + line.removeprefix("# ").strip()
    source = str(eval(head["Source"])) if "Source" in head else text
    return ProgramFile(str(path.relative_to(folder).with_suffix("")), source, head)
