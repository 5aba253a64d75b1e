"""Writing the message of a commit from its diff."""

from collections.abc import Iterator, Sequence
from typing import Literal

from pydantic import Field

from astor.data.diffs import Line, changed_files
from astor.records import Commit, Item, Outcome, Record, Split
from astor.sandbox.inside.answer_blocks import message_in
from astor.tasks.front_door import AskableTask
from astor.tasks.natural_inputs import CommitRequest
from astor.tasks.overlap import (
    b_norm,
    bleu,
    bleu_counts,
    meteor_exact_stem,
    repeats_a_line,
    rouge_l,
    share_of_words,
)
from astor.tasks.task import Answer, Example, Judgement, Judging, TaskOptions
from astor.tasks.words import length_in_words

FEWEST_WORDS, MOST_WORDS = 3, 60
"""Messages outside this range are paid in proportion, unless the human one is as short or as long."""
FIRST_LINE = 100
"""Most characters of the first line. Our choice: git's 72 is a habit that many projects do not share."""
TEXT_CHARACTERS = 2000
"""What is read of an answer. Our choice: more is no message."""
FREE_COPYING = 0.5
"""Share of a message's words that may stand in the diff, or as many as in the human message. Our choice: names of what
was changed belong into a message."""

INSTRUCTION = "```diff\n{diff}\n```\n\nWrite the message of this commit in one line. Answer with the message only."


class CommitMessageOptions(TaskOptions):
    """Options of `commit_message`."""

    type: Literal["commit_message"] = "commit_message"
    diff_characters: int = Field(default=2000, ge=1)
    """Commits with a longer diff make no prompt. Our choice: about 600 tokens."""


class CommitReference(Record):
    """A diff, and the message that a person wrote for it."""

    diff: str
    message: str


class CommitMessage(AskableTask):
    """One prompt per commit that changes a line of text.

    Terse: `commit`, then the lines of the diff that were removed or added; the answer is the message.

    Score: mean of BLEU-4 and ROUGE-L F1 against the human message, times what its length and its own words leave of it.
    The form is a first line of at most 100 characters, and a blank line before any other. An answer passes when it has
    that form and anything at all in common with the human message: there is no right answer to compare with. A policy
    could

    - copy lines of the diff: a message that repeats one scores 0, unless the human message does;
    - list identifiers of the diff: what goes beyond half of the words, or beyond the human share, is taken off;
    - write one frequent word, or everything it can think of: lengths outside 3 to 60 words are paid in proportion,
      unless the human message is as short or as long, and both measures count precision;
    - write at length: a long first line costs the form, and with it the whole reward; what comes after 2000 characters
      is not read.
    """

    name = "commit_message"
    options_type = CommitMessageOptions
    reference_type = CommitReference
    request_type = CommitRequest
    parser = None
    promotion_metric = "meteor"
    """METEOR with exact and stem matching only."""
    options: CommitMessageOptions

    def examples(self, item: Item, split: Split) -> Iterator[Example]:
        commit = item.content
        if not isinstance(commit, Commit) or len(commit.diff) > self.options.diff_characters:
            return
        if not _changes(commit.diff):
            return
        reference = CommitReference(diff=commit.diff, message=commit.message)
        question = self.question(CommitRequest(diff=commit.diff))
        yield self.ask(item, split, question, commit.message, reference)

    def question(self, request: CommitRequest) -> str:
        if self.options.style == "instruct":
            return INSTRUCTION.format(diff=request.diff.strip("\n"))
        return "\n".join(["commit", *changed_lines(request.diff)]).rstrip()

    def answer(self, request: CommitRequest, said: str) -> str:
        return _message(said)

    def judge(self, reference: CommitReference, answers: Sequence[Answer], extended: bool) -> Judging:
        yield []
        messages = [_message(answer.said) for answer in answers]
        lines = [line.text for line in _changes(reference.diff)]
        judged = {message: _judge(reference, lines, message, extended) for message in dict.fromkeys(messages)}
        return [judged[message] for message in messages]

    def counts(self, reference: CommitReference, said: str) -> dict[str, tuple[int, ...]]:
        return {"corpus_bleu": bleu_counts(_message(said), reference.message)}


def _message(said: str) -> str:
    """Chat models like to put an answer into a block."""
    return message_in(said[:TEXT_CHARACTERS]).strip()


def _judge(reference: CommitReference, lines: Sequence[str], message: str, extended: bool) -> Judgement:
    """The judgement of one message; `lines` are those that the diff changes."""
    parts = {"bleu": bleu(message, reference.message), "rouge_l": rouge_l(message, reference.message)}
    score = (
        (parts["bleu"] + parts["rouge_l"])
        / 2
        * _length_factor(message, reference.message)
        * _copying_factor(message, reference.message, lines)
    )
    well_formed = _has_form(message)
    if extended:
        parts |= {
            "meteor": meteor_exact_stem(message, reference.message),
            "b_norm": b_norm(message, reference.message),
        }
    outcome = Outcome.PASSED if well_formed and score > 0 else Outcome.FAILED
    return Judgement(outcome, score, float(well_formed), parts)


def _has_form(message: str) -> bool:
    first, *rest = message.split("\n")
    return 0 < len(first) <= FIRST_LINE and (not rest or not rest[0].strip())


def _length_factor(message: str, human: str) -> float:
    length, usual = length_in_words(message), length_in_words(human)
    return min(1.0, length / (min(FEWEST_WORDS, usual) or 1), max(MOST_WORDS, usual) / (length or 1))


def _copying_factor(message: str, human: str, lines: Sequence[str]) -> float:
    if repeats_a_line(message, lines) and not repeats_a_line(human, lines):
        return 0.0
    changed = "\n".join(lines)
    free = max(FREE_COPYING, share_of_words(human, changed))
    return 1 - max(0.0, share_of_words(message, changed) - free)


def changed_lines(diff: str) -> list[str]:
    """The removed and added lines of a diff with their sign, as `astor.data.diffs` reads them."""
    return [line.signs + line.text for line in _changes(diff)]


def _changes(diff: str) -> list[Line]:
    return [line for file in changed_files(diff) for line in file.lines]
