"""Each packaged suite reads its data as they are published, and tells right answers from wrong ones."""

import base64
import gzip
import json
import pickle
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from astor.evaluation.score import score_verdicts
from astor.recipe.suite import Bench, Suite, load_suites, recipe_of, with_data
from astor.records import Completion, Scores, Split, references_by_prompt
from astor.run.reading import read_items
from astor.run.run import Run
from astor.run.suite import source_of
from astor.sandbox import Sandbox
from astor.steps.prepare_suite import prepare_suite
from astor.steps.verify import verdicts_on

HUMANEVAL = {
    "task_id": "HumanEval/53",
    "prompt": 'def add(x: int, y: int):\n    """Add two numbers x and y\n    >>> add(2, 3)\n    5\n    """\n',
    "entry_point": "add",
    "canonical_solution": "    return x + y\n",
}
TEST = """

METADATA = {}


def check(candidate):
    import random

    assert candidate(0, 1) == 1
    for i in range(9):
        assert candidate(i, 1) == i + 1
"""
MBPP = {
    "task_id": 11,
    "text": "Write a function to double a number.",
    "code": "def double(x):\r\n  return x * 2",
    "test_list": ["assert double(1) == 2", "assert double(5) == 10", "assert double(0) == 0"],
    "test_setup_code": "",
    "challenge_test_list": [],
}
LCB = {
    "question_title": "Sum",
    "question_content": "Read two numbers from one line and print their sum. Both are at most one hundred.",
    "platform": "atcoder",
    "question_id": "abc1",
    "contest_date": "2024-01-01T00:00:00",
    "starter_code": "",
    "difficulty": "easy",
    "metadata": "{}",
}
LEETCODE = {
    "question_content": "Given an image of n pixels, return how many pixels two of them have.",
    "question_id": "2777",
    "platform": "leetcode",
    "starter_code": "class Solution:\n    def pixels(self, n: int) -> int:\n        ",
    "metadata": json.dumps({"func_name": "pixels"}),
    "difficulty": "medium",
}


def cases(kind: str, *pairs: tuple[str, str]) -> str:
    return json.dumps([{"input": given, "output": result, "testtype": kind} for given, result in pairs])


def packed(text: str) -> str:
    return base64.b64encode(zlib.compress(pickle.dumps(text))).decode()


def lines(*records: dict[str, Any]) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


PUBLISHED = {
    "humaneval": lines(HUMANEVAL | {"test": TEST}),
    "humaneval-plus": lines(
        HUMANEVAL | {"contract": "", "base_input": [[0, 1]], "plus_input": [[7, 8], [-1, -7]], "atol": 0}
    ),
    "mbpp": lines(MBPP),
    "mbpp-plus": lines(
        {
            "task_id": "Mbpp/11",
            "prompt": '"""\nWrite a function to double a number.\nassert double(1) == 2\n"""\n',
            "entry_point": "double",
            "canonical_solution": "\ndef double(x):\n  return x * 2\n",
            "base_input": [[1]],
            "plus_input": [[10], [-3]],
            "atol": 0,
            "contract": "",
            "assertion": "assert double(1) == 2",
        }
    ),
    "cruxeval": lines({"id": "sample_0", "code": "def f(x):\n    return x + 1", "input": "3", "output": "4"}),
    "livecodebench": lines(
        LCB
        | {
            "public_test_cases": cases("stdin", ("1 2\n", "3\n")),
            "private_test_cases": packed(cases("stdin", ("5 6", "11"))),
        },
        LEETCODE
        | {
            "public_test_cases": cases("functional", ("2", "4")),
            "private_test_cases": packed(cases("functional", ("50", "100"))),
        },
    ),
    "test-generation": lines(MBPP),
}
ADD = "def add(x, y):\n    return {}"
DOUBLE = "Here it is:\n```python\ndef double(x):\n    return {}\n```"
SUM = "```python\na, b = map(int, input().split())\nprint({})\n```"
PIXELS = "```python\nclass Solution:\n    def pixels(self, n):\n        return {}\n```"
ANSWERS = {
    "humaneval": [("HumanEval-53", ADD.format("x + y"), ADD.format("x + y if x < 8 else 0"))],
    "humaneval-plus": [("HumanEval-53", ADD.format("x + y"), ADD.format("abs(x + y)"))],
    "mbpp": [("-11", DOUBLE.format("x + x"), DOUBLE.format("x + 1"))],
    "mbpp-plus": [("-11", DOUBLE.format("x + x"), DOUBLE.format("abs(2 * x)"))],
    "cruxeval": [("output", "4", "5"), ("input", "3", "4")],
    "livecodebench": [
        ("abc1", SUM.format("a + b"), SUM.format("3")),
        ("2777", PIXELS.format("2 * n"), PIXELS.format("4")),
    ],
    "test-generation": [
        ("-11", "assert double(3) == 6\nassert double(-1) == -2", "assert double(0) == 0\nassert double(3) == 5")
    ],
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


def opened(store: Path, name: str, data: str, sandbox: Sandbox) -> tuple[Run, Suite]:
    """A suite with its data, and a run whose steps ask and judge."""
    (suite,), bench = load_suites([name], {})
    (suite,) = with_data([suite], {name: data})
    run = Run(str(store), recipe_of(suite, bench, "."))
    run.services.__dict__["sandbox"] = sandbox  # of all tests here: a start costs more than what they run
    return run, suite


def judged(run: Run, suite: Suite, answers: Mapping[str, str]) -> Scores:
    """What answers are worth: each is that to the prompts whose identifiers hold its key."""
    known = run.artifacts.read(prepare_suite(run, suite).references, "references", references_by_prompt)
    completions = [
        Completion(
            prompt_id=prompt,
            rollout=0,
            task=reference.task,
            policy_digest="",
            prompt_tokens=(),
            tokens=(1,),
            logp_rollout=(0.0,),
            loss_mask=(True,),
            text=answers[prompt] if prompt in answers else next(answers[key] for key in answers if key in prompt),
            finish_reason="stop",
        )
        for prompt, reference in known.items()
    ]
    return score_verdicts(verdicts_on(run, known, completions, [])["verdicts"], "", suite.name, 0)[0]


@pytest.mark.parametrize("name", PUBLISHED)
def test_right_answers_are_right_and_wrong_ones_wrong(tmp_path: Path, sandbox: Sandbox, name: str) -> None:
    (suite,), _ = load_suites([name], {})
    path = tmp_path / suite.source.model_dump()["path"]
    path.write_bytes(gzip.compress(PUBLISHED[name].encode()) if path.suffix == ".gz" else PUBLISHED[name].encode())
    run, suite = opened(tmp_path / "store", name, str(path), sandbox)
    right = judged(run, suite, {key: text for key, text, _ in ANSWERS[name]})
    wrong = judged(run, suite, {key: text for key, _, text in ANSWERS[name]})
    assert len(run.artifacts.read(prepare_suite(run, suite).prompts, "prompts")) == len(ANSWERS[name])
    measures = [metric for metric in suite.measures if metric not in ("malformed", "pass@5", "line_coverage")]
    (task,) = suite.tasks
    assert {metric: right.value(task, metric) for metric in measures} == dict.fromkeys(measures, 1.0)
    assert wrong.value(task, suite.measures[0]) == 0


def test_commit_messages_are_measured_in_mcmds_columns(tmp_path: Path, sandbox: Sandbox) -> None:
    diff = "mmm a / x . py <nl> ppp b / x . py <nl> @ @ - 1 + 1 @ @ <nl> - timeout = 1 <nl> + timeout = 5 <nl>"
    for column, text in {"diff": diff, "msg": "Raise the timeout to five", "repo": "a/b", "sha": "f" * 40}.items():
        (tmp_path / f"test.{column}.txt").write_text(f"{text}\n")
    run, suite = opened(tmp_path / "store", "commit-messages", str(tmp_path / "test.diff.txt"), sandbox)
    same = judged(run, suite, {"": "Raise the timeout to five"})
    near = judged(run, suite, {"": "Raise the timeout to five seconds"})
    columns = ("b_norm", "rouge_l", "meteor", "corpus_bleu", "bleu")
    assert all(same.value("commit_message", column) > 0.99 for column in columns)
    assert all(0 < near.value("commit_message", column) < 0.99 for column in columns)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "file", "prompts"),
    [("mbpp", "mbpp/mbpp.train.jsonl", 472), ("cruxeval", "cruxeval/cruxeval.0-599.jsonl", 1182)],
)
def test_every_reference_of_the_published_data_is_right(
    tmp_path: Path, shared_data: Path, sandbox: Sandbox, name: str, file: str, prompts: int
) -> None:
    run, suite = opened(tmp_path / "store", name, str(shared_data / file), sandbox)
    answers = {
        example.prompt.id: str(example.answer)
        for _, item in read_items(run, source_of(suite))
        for task in run.tasks.values()
        for example in task.examples(item, Split.HELD_OUT)
    }
    scores = judged(run, suite, answers)
    (task,) = suite.tasks
    assert [(one.value, one.count) for one in scores.scores if (one.task, one.metric) == (task, "pass@1")] == [
        (1.0, prompts)
    ]


def test_a_bench_decides_nothing_of_what_is_asked() -> None:
    (suite,), _ = load_suites(["procedural"], {})
    recipes = [recipe_of(suite, bench, ".") for bench in (Bench(), Bench(threads=1, processes=2, block=3))]
    assert recipes[0].identity == recipes[1].identity
