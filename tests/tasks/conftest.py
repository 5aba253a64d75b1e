from collections.abc import Callable, Iterator

import pytest

from astor.records import Call, Commit, Completion, Function, Item, Split, Verdict
from astor.sandbox import Limits, Sandbox, SandboxOptions
from astor.tasks.judging import judge_texts
from astor.tasks.task import Example, Task

Judge = Callable[..., list[Verdict]]


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SandboxOptions(workers=2, limits=Limits(cpu_seconds=0.5, wall_seconds=5))) as sandbox:
        yield sandbox


@pytest.fixture
def judge(sandbox: Sandbox) -> Judge:
    """judge(task, example, *texts, extended=False): the verdicts of answers to one prompt."""

    def judge(task: Task, example: Example, *texts: str, extended: bool = False) -> list[Verdict]:
        return judge_texts(task, example, texts, sandbox, extended)

    return judge


def completion(example: Example, rollout: int, text: str) -> Completion:
    return Completion(
        prompt_id=example.prompt.id,
        rollout=rollout,
        task=example.prompt.task,
        policy_digest="",
        prompt_tokens=(),
        tokens=(),
        logp_rollout=(),
        loss_mask=(),
        text=text,
        finish_reason="stop",
    )


@pytest.fixture
def complete() -> Callable[[Example, int, str], Completion]:
    return completion


@pytest.fixture
def make_item() -> Callable[..., Item]:
    """make_item(source, calls, …): an item of a function `f` whose calls are pairs of arguments and result."""

    def make_item(source: str, calls: list[tuple[tuple[object, ...], object]], **fields: object) -> Item:
        listed = tuple(Call(arguments=repr(arguments), returns=repr(result)) for arguments, result in calls)
        function = Function(**{"entry": "f", "source": source, "calls": listed} | fields)
        return Item(id="item", content=function, source="test", licence="MIT", structural_hash="0" * 64)

    return make_item


@pytest.fixture
def make_commit() -> Callable[[str, str], Item]:
    def make_commit(diff: str, message: str) -> Item:
        content = Commit(diff=diff, message=message)
        return Item(id="commit", content=content, source="test", licence="MIT", structural_hash="0" * 64)

    return make_commit


@pytest.fixture
def first() -> Callable[..., Example]:
    """first(task, item, kind=""): the example that the task makes of the item, of one kind where it has several."""

    def first(task: Task, item: Item, kind: str = "") -> Example:
        return next(
            example for example in task.examples(item, Split.TRAIN) if not kind or example.reference.kind == kind
        )

    return first
