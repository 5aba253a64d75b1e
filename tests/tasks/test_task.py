from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from astor.records import Function, Item, Outcome, Record, Reference, Split, Verdict, read_jsonl, write_jsonl
from astor.sandbox import CallsJob, Claim, Job
from astor.tasks.commit_message import CommitMessage, CommitMessageOptions
from astor.tasks.task import Answer, Example, Judgement, Task

SHARE = st.floats(0, 1)


def reward(score: float, form: float, format_share: float = 0.1) -> float:
    task = CommitMessage(CommitMessageOptions(format_share=format_share))
    verdict = Verdict(prompt_id="p", rollout=0, task=task.key, outcome=Outcome.FAILED, score=score, format=form)
    found = task.reward(verdict)
    assert found is not None
    return found


@given(SHARE, SHARE, st.floats(0, 0.1))
def test_rewards_stay_within_0_and_1_and_grow_with_the_score(score: float, form: float, format_share: float) -> None:
    assert 0 <= reward(score, form, format_share) <= 1
    assert reward(score, form, format_share) <= reward(1, form, format_share)


def test_nine_tenths_are_the_tasks_and_one_the_forms() -> None:
    assert reward(0.5, 1) == pytest.approx(0.55)
    assert reward(1, 0) == 0
    assert reward(0, 1) == pytest.approx(0.1)
    assert reward(1, 1) == pytest.approx(1)


def test_the_form_never_earns_more_than_a_tenth() -> None:
    with pytest.raises(ValidationError):
        CommitMessageOptions(format_share=0.2)


class Inputs(Record):
    """What this task must know to judge: a function's name, and what it is called with."""

    entry: str
    arguments: tuple[tuple[int, ...], ...] = ((1,), (2,))


class Returned(Record):
    """What this task tells of an answer."""

    values: tuple[int, ...]


class Same(Task):
    """What a task needs at least: answer with a function that returns its argument, or with the word none."""

    name = "same"
    reference_type = Inputs
    verdict_type = Returned
    parser = None
    promotion_metric = "short"

    def examples(self, item: Item, split: Split) -> Iterator[Example]:
        assert isinstance(item.content, Function)
        yield self.ask(item, split, "the same? ", "none", Inputs(entry=item.content.entry), kind="word")

    def job(self, reference: Inputs, answer: Answer) -> Job | None:
        return None if answer.text == "none" else CallsJob(answer.text, reference.entry, reference.arguments)

    def judge_answer(self, reference: Inputs, answer: Answer, claims: Sequence[Claim]) -> Judgement:
        values = tuple(claim.value for claim in claims)
        judgement = Judgement.of(float(values in ((), (1, 2))), short=float(not claims))
        return replace(judgement, data=Returned(values=values))


def test_a_task_without_options_of_its_own_gets_those_of_all_tasks() -> None:
    options = Same.options_type()
    assert (options.type, options.max_tokens) == ("same", 40)
    with pytest.raises(ValidationError):
        Same.options_type(type="other")


def test_a_question_is_asked_with_a_reference_of_its_own(make_item, first) -> None:
    example = first(Same(Same.options_type()), make_item("def f(x): return x", []))
    assert example.prompt.id == example.reference.prompt_id == "same/word/item"
    assert example.prompt.messages[0].content == "the same?"
    assert (example.reference.data["entry"], example.answer) == ("f", "none")


def test_answers_are_judged_one_by_one_and_only_those_that_came_to_their_end(make_item, first, judge) -> None:
    task = Same(Same.options_type())
    right, none, wrong, raises, unnamed = judge(
        task,
        first(task, make_item("def f(x): return x", [])),
        *["def f(x): return x", "none", "def f(x): return 1", "exit()", "def g(x): return x"],
        extended=True,
    )
    assert [verdict.score for verdict in (right, none, wrong, raises, unnamed)] == [1, 1, 0, 0, 0]
    assert [verdict.parts["short"] for verdict in (right, none, raises)] == [0, 1, 0]
    assert (raises.outcome, raises.format) == (Outcome.FAILED, 1)
    assert (unnamed.outcome, unnamed.format) == (Outcome.MALFORMED, 0)


def test_what_a_task_knows_and_tells_is_its_own_and_goes_through_files(make_item, first, judge, tmp_path: Path) -> None:
    task = Same(Same.options_type())
    example = first(task, make_item("def f(x): return x", []))
    assert task.read_reference(example.reference) == Inputs(entry="f")
    write_jsonl(tmp_path / "references.jsonl", [example.reference])
    (read,) = read_jsonl(tmp_path / "references.jsonl", Reference)
    assert (read, task.read_reference(read)) == (example.reference, Inputs(entry="f"))

    verdicts = judge(task, replace(example, reference=read), "def f(x): return 2 * x", "none", "exit()")
    write_jsonl(tmp_path / "verdicts.jsonl", verdicts)
    doubled, none, exits = map(task.read_verdict, read_jsonl(tmp_path / "verdicts.jsonl", Verdict))
    assert (doubled, none, exits) == (Returned(values=(2, 4)), Returned(values=()), None)


def test_a_task_that_is_given_what_is_not_its_own_says_so(make_item) -> None:
    with pytest.raises(AssertionError, match="Returned"):
        Same(Same.options_type()).ask(make_item("", []), Split.TRAIN, "same?", None, Returned(values=()))
