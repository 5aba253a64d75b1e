"""Writing the message of a commit from its diff."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from astor.records import Commit, Item, Reference, Split
from astor.tasks.task import Example, Task, TaskOptions

INSTRUCTION = "```diff\n{diff}\n```\n\nWrite the message of this commit in one line. Answer with the message only."


class CommitMessageOptions(TaskOptions):
    """Options of `commit_message`."""

    type: Literal["commit_message"] = "commit_message"
    diff_characters: int = Field(default=2000, ge=1)
    """Commits with a longer diff make no prompt. Our choice: about 600 tokens."""


class CommitMessage(Task):
    """One prompt per commit.

    Terse: `commit`, then the lines of the diff that were removed or added; the answer is the message.
    """

    key = "commit_message"
    options_type = CommitMessageOptions
    promotion_metric: ClassVar[str] = "meteor"
    options: CommitMessageOptions

    def examples(self, item: Item, split: Split) -> Iterator[Example]:
        commit = item.content
        if not isinstance(commit, Commit) or len(commit.diff) > self.options.diff_characters:
            return
        reference = Reference(
            prompt_id=f"{self.key}/{item.id}", task=self.key, diff=commit.diff, message=commit.message
        )
        yield self.example(item, split, self._text(commit.diff), reference, commit.message)

    def _text(self, diff: str) -> str:
        if self.options.style == "instruct":
            return INSTRUCTION.format(diff=diff.strip("\n"))
        return "\n".join(["commit", *changed_lines(diff)]).rstrip()


def changed_lines(diff: str) -> list[str]:
    """The removed and added lines of a unified diff with their sign, without its headers."""
    return [line for line in diff.splitlines() if line[:1] in ("-", "+") and not line.startswith(("--- ", "+++ "))]
