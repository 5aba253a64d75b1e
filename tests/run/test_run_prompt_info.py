from astor.coordination.scheduler import PromptInfo
from astor.records import Message, Prompt, Split
from astor.run.scheduling import describe


def prompt(prompt_id: str, item_id: str, *messages: str) -> Prompt:
    said = tuple(Message(role="user", content=content) for content in messages)
    return Prompt(id=prompt_id, item_id=item_id, task="io", split=Split.TRAIN, messages=said, bucket=3)


def test_a_scheduler_is_told_kind_difficulty_and_length_of_a_prompt() -> None:
    asked = prompt("io/output/an-item/2", "an-item", "12345", "678")
    assert describe(asked) == PromptInfo("io/output/an-item/2", bucket=3, kind="output", characters=8)


def test_a_task_of_one_kind_has_prompts_without_one() -> None:
    assert describe(prompt("io/an-item", "an-item", "x")).kind == ""
    assert describe(prompt("io/repo/path", "repo/path", "x")).kind == ""
