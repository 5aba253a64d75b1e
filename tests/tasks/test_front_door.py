"""What anyone asks a task is what training asked, and answers are cut from texts by their lines."""

from itertools import islice
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astor.data.calls import assertion, call_text
from astor.data.procedural import ProceduralOptions, ProceduralSource
from astor.data.splits import SplitOptions
from astor.errors import UserError
from astor.records import Commit, Item, Message, Split
from astor.tasks.catalogue import make_tasks, task_classes
from astor.tasks.framing import Framing
from astor.tasks.front_door import AskableTask, Door
from astor.tasks.natural_inputs import CodeRequest, CommitRequest, IORequest, TaskRequest, TestsRequest
from astor.tasks.task import Example

SOURCE = "def g(x):\n    return x\n\n\ndef f(x):\n    return g(x) + 1\n"
DIFF = "@@ -1 +1 @@\n-x = 1\n+x = 2\n"
ITEMS = list(islice(ProceduralSource(ProceduralOptions(), SplitOptions()).items(), 60))


def door(name: str, **options: Any) -> Door:
    (task,) = make_tasks({name: task_classes()[name].options_type(**options)}).values()
    assert isinstance(task, AskableTask)
    return Door(task, {})


def as_people_ask(item: Item, example: Example) -> TaskRequest:
    """The request of somebody who has what the item holds."""
    content, reference = item.content, example.reference
    if isinstance(content, Commit):
        return CommitRequest(diff=content.diff)
    match example.prompt.task:
        case "code_generation":
            tests = tuple(assertion(content.entry, call) for call in example.prompt.public_tests)
            return CodeRequest(
                description=content.description,
                name=content.entry,
                argument_type=content.argument_type,
                tests=tests,
            )
        case "unit_tests":
            return TestsRequest(source=content.source)
    call = reference.data["call"]
    if reference.kind == "input":
        return IORequest(source=content.source, value=call["returns"])
    asked = next(each for each in content.calls if each.arguments == call["arguments"])
    return IORequest(source=content.source, call=call_text(content.entry, asked))


@settings(max_examples=20, deadline=None)
@given(
    item=st.sampled_from(ITEMS),
    style=st.sampled_from(["terse", "instruct"]),
    prefill=st.sampled_from(["", "```python"]),
    shown_tests=st.integers(0, 2),
)
def test_the_prompt_is_that_of_training(item: Item, style: str, prefill: str, shown_tests: int) -> None:
    for name in ("commit_message", "code_generation", "unit_tests", "io_prediction"):
        more = {"shown_tests": shown_tests} if name == "code_generation" else {}
        front = door(name, style=style, prefill=prefill, **more)
        framing = Framing(front.task)
        for example in front.task.examples(item, Split.HELD_OUT):
            trained = framing.prompt(example.prompt, example.reference.kind).messages
            assert front.messages(as_people_ask(item, example)) == trained


def test_few_shot_turns_come_first_and_are_those_of_the_kind() -> None:
    front = door("io_prediction", few_shot=1)
    turns = (Message(role="user", content="a"), Message(role="assistant", content="b"))
    front = Door(front.task, {"output": turns})
    assert front.messages(IORequest(source=SOURCE, call="f(4)"))[:2] == turns
    with pytest.raises(UserError, match="show 1 answered questions first, and has none of kind input"):
        front.messages(IORequest(source=SOURCE, value="5"))


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (CommitRequest(diff="hello"), "diff: its diff shows no changed line"),
        (CommitRequest(diff="diff --git a/a b/b\nrename from a\nrename to b\n"), "only names"),
        (CodeRequest(description=" "), "description is empty"),
        (CodeRequest(description="x", name="f(x)"), "name is 'f\\(x\\)'"),
        (TestsRequest(source="x = 1"), "source defines no function"),
        (TestsRequest(source="    def f(x): pass"), "source defines no function"),
        (TestsRequest(source=SOURCE, name="h"), "name is 'h', which source does not define"),
        (TestsRequest(source="class A:\n    def f(self): pass", name="A.f"), "not for methods"),
        (IORequest(source=SOURCE), "call and value: give one of them"),
        (IORequest(source=SOURCE, call="f(1)", value="2"), "call and value: give one of them"),
        (
            IORequest(source=SOURCE, call="h(1)"),
            "call is 'h\\(1\\)': write a call of a function in source, as f\\(4\\)",
        ),
        (IORequest(source=SOURCE, call="f"), "call is 'f'"),
    ],
)
def test_what_is_no_input_of_the_task_is_told(asked: TaskRequest, message: str) -> None:
    with pytest.raises(UserError, match=message):
        asked.check()


def test_a_source_that_breaks_parsers_is_only_text() -> None:
    source = "def f(x):\n    return " + "(" * 100_000
    assert door("unit_tests").messages(TestsRequest(source=source))[0].content.endswith("(((")


@pytest.mark.parametrize(
    ("name", "asked", "text", "answer"),
    [
        ("commit_message", CommitRequest(diff=DIFF), "Here it is:\n```\nSet x\n```", "Set x"),
        ("code_generation", CodeRequest(description="x"), "def f(x):\n    return x\n", "def f(x):\n    return x"),
        (
            "code_generation",
            CodeRequest(description="x"),
            "```\ndef f(x):\n    return 1\n```\nIt gives\n```\n1\n```",
            "def f(x):\n    return 1",
        ),
        (
            "unit_tests",
            TestsRequest(source=SOURCE),
            "```\nassert f(1) == 2\n```\nwhich say\n```\nall well\n```",
            "assert f(1) == 2",
        ),
        ("io_prediction", IORequest(source=SOURCE, call="f(4)"), "<think>\n4 + 1\n</think>\n```python\n5\n```", "5"),
        ("io_prediction", IORequest(source=SOURCE, call="f(4)"), "<think>\nhm", None),
        ("code_generation", CodeRequest(description="x"), "```python\n" + "(" * 100_000, "(" * 100_000),
    ],
)
def test_the_answer_is_cut_from_the_text(name: str, asked: TaskRequest, text: str, answer: str | None) -> None:
    assert door(name).answer(asked, text) == answer


@pytest.mark.parametrize("item", ITEMS[:20])
def test_a_right_answer_is_cut_as_the_parser_of_the_task_reads_it(item: Item) -> None:
    for style in ("terse", "instruct"):
        for name in ("code_generation", "unit_tests"):
            front = door(name, style=style)
            for example in front.task.examples(item, Split.WARM_START):
                fenced = f"So:\n```python\n{example.answer}\n```\n" if style == "terse" else example.answer
                request = as_people_ask(item, example)
                assert front.answer(request, fenced) == front.answer(request, example.answer)


def test_tasks_over_turns_have_no_front_door() -> None:
    offered = {name for name, task in task_classes().items() if issubclass(task, AskableTask)}
    assert offered == {"io_prediction", "code_generation", "unit_tests", "commit_message"}
    for task in offered:
        asked = task_classes()[task].request_type
        asked.model_validate(asked.model_config["json_schema_extra"]["example"]).check()
