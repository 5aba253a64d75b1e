from itertools import islice

import pytest

from astor.data.procedural import ProceduralOptions, ProceduralSource
from astor.data.splits import SplitOptions
from astor.records import Outcome, Split, Verdict
from astor.tasks.catalogue import task_classes
from astor.tasks.judging import judge_completions
from astor.tasks.task import Example

TASKS = {key: task(task.options_type()) for key, task in task_classes().items()}


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    source = ProceduralSource(ProceduralOptions(), SplitOptions())
    items = islice(source.items(), 40)
    return [example for item in items for task in TASKS.values() for example in task.examples(item, Split.PROMOTION)]


def test_a_demonstration_of_every_task_is_right(examples, complete, sandbox) -> None:
    references = {example.prompt.id: example.reference for example in examples}
    completions = [complete(example, 0, example.answer) for example in examples]
    verdicts = judge_completions(TASKS, references, completions, sandbox, extended=True)
    assert [(verdict.prompt_id, verdict.task) for verdict in verdicts] == [
        (completion.prompt_id, completion.task) for completion in completions
    ]
    for verdict in verdicts:
        task = TASKS[verdict.task]
        assert verdict.format == 1
        assert verdict.score >= (0.2 if verdict.task == "unit_tests" else 1 - 1e-9)
        assert 0 < task.reward(verdict) <= 1
        assert (task.promotion_metric in verdict.parts) is (verdict.apart or not task.asks_apart)
        assert all(0 <= part <= 1 for part in verdict.parts.values())


def test_an_answer_is_judged_alike_in_any_company(examples, complete, sandbox) -> None:
    chosen = examples[:20]
    references = {example.prompt.id: example.reference for example in examples}
    texts = ["3", "", "def f(x):\n    return x", "assert f(1) == 2\nassert f([1]) == 1", "change f: reverse"]
    many = [complete(example, number, text) for example in chosen for number, text in enumerate(texts)]
    together = judge_completions(TASKS, references, many[::-1], sandbox, extended=False)[::-1]
    alone = [judge_completions(TASKS, references, [one], sandbox, extended=False)[0] for one in many[:25]]
    assert together[:25] == alone


def test_what_is_too_long_to_read_is_malformed(examples, complete, sandbox) -> None:
    example = next(example for example in examples if example.prompt.task == "code_generation")
    references = {example.prompt.id: example.reference}
    (verdict,) = judge_completions(TASKS, references, [complete(example, 0, "#" * 20_000)], sandbox, extended=False)
    assert verdict.outcome is Outcome.MALFORMED


def test_the_promotion_metric_of_a_malformed_answer_is_0(examples, complete, sandbox) -> None:
    references = {example.prompt.id: example.reference for example in examples}
    completions = [complete(example, 0, "\x00(") for example in examples]
    for verdict in judge_completions(TASKS, references, completions, sandbox, extended=True):
        task = TASKS[verdict.task]
        wanted = [task.promotion_metric] if verdict.apart else task.extended_parts
        assert [verdict.parts[part] for part in wanted] == [0.0]


def test_no_completions_no_verdicts(sandbox) -> None:
    assert judge_completions(TASKS, {}, [], sandbox, extended=False) == []


def test_details_show_nothing_of_the_reference(examples, complete, sandbox) -> None:
    references = {example.prompt.id: example.reference for example in examples}
    texts = {"io_prediction": "999", "code_generation": "def f(x):\n    return 999"}
    wrong = [complete(example, 0, texts[example.prompt.task]) for example in examples if example.prompt.task in texts]
    for verdict in judge_completions(TASKS, references, wrong, sandbox, extended=False):
        known = references[verdict.prompt_id].data
        for call in [known["call"]] if "call" in known else known["tests"]:
            assert call["arguments"] not in verdict.detail


def test_an_infrastructure_error_is_no_reward() -> None:
    verdict = Verdict(prompt_id="p", rollout=0, task="t", outcome=Outcome.INFRASTRUCTURE_ERROR, score=None)
    assert [task.reward(verdict) for task in TASKS.values()] == [None] * len(TASKS)


def test_thinking_is_no_part_of_an_answer(examples, complete, sandbox) -> None:
    """Whatever it holds; what never stops thinking has no answer."""
    references = {example.prompt.id: example.reference for example in examples}
    chosen = list({example.prompt.task: example for example in examples}.values())
    thoughts = "<think>\nfirst ```python\nnonsense\n``` then more\n</think>\n\n"
    for example in chosen:
        answers = [example.answer, thoughts + example.answer, f"<think>{example.answer}", f"<think>\n{thoughts[:9]}"]
        completions = [complete(example, number, text) for number, text in enumerate(answers)]
        plain, thought, *endless = judge_completions(TASKS, references, completions, sandbox, extended=True)
        if example.prompt.task != "multi_turn_code":
            assert thought.parts == plain.parts
        assert (thought.score, thought.outcome) == (plain.score, plain.outcome)
        assert [verdict.outcome for verdict in endless] == [Outcome.MALFORMED] * 2


def test_an_answer_goes_on_from_its_prefill(examples, complete, sandbox) -> None:
    example = next(example for example in examples if example.prompt.task == "code_generation")
    task = type(TASKS["code_generation"])
    filled = task(task.options_type(prefill="```python"))
    references = {example.prompt.id: example.reference}
    completions = [complete(example, 0, f"\n{example.answer}\n```")]
    (verdict,) = judge_completions({filled.key: filled}, references, completions, sandbox, extended=False)
    assert verdict.score == 1
    with pytest.raises(ValueError, match="begins or ends in white space"):
        task.options_type(prefill="```python\n")


def test_no_reward_contains_the_metric_that_the_gate_looks_at(examples, complete, sandbox) -> None:
    references = {example.prompt.id: example.reference for example in examples}
    completions = [complete(example, 0, example.answer) for example in examples[:30]]
    plain, extended = (judge_completions(TASKS, references, completions, sandbox, each) for each in (False, True))
    for less, more in zip(plain, extended, strict=True):
        task = TASKS[less.task]
        assert task.promotion_metric not in less.parts
        assert (task.promotion_metric in more.parts) is (more.apart or not task.asks_apart)
        assert task.reward(less) == task.reward(more)
