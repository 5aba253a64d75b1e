"""Functions with tests in the forms in which they are published."""

import json
from pathlib import Path
from typing import Any

from astor.data.formats import open_source
from astor.data.published_functions import PublishedFunctionsSource
from astor.records import Function

LEET_CODE = {
    "task_id": "first-and-last",
    "difficulty": "Medium",
    "problem_description": "The first and the last number of a list, and a word.",
    "starter_code": ("class Solution:\n    def ends(self, nums: List[int], word: str) -> List[int]:\n        "),
    "prompt": "from typing import *\nimport math\n\ninf = float('inf')\n",
    "completion": (
        "class Solution:\n"
        "    def ends(self, nums: List[int], word: str) -> List[int]:\n"
        "        return [nums[0], nums[-1], word]\n"
    ),
    "entry_point": "Solution().ends",
    "test": (
        "def check(candidate):\n"
        "    assert candidate(word = 'a', nums = [1, 2]) == [1, 2, 'a']\n"
        "    assert candidate(nums = [3], word = 'b') == [3, 3, 'b']\n"
    ),
}
KOD_CODE = {
    "question": "Double every number of a list, but no text.",
    "question_id": "q1",
    "gpt_difficulty": "hard",
    "solution": (
        "def double_all(values):\n"
        "    if isinstance(values, str):\n"
        "        raise ValueError(values)\n"
        "    return [2 * value for value in values]\n"
    ),
    "test": (
        "import pytest\n"
        "from solution import double_all\n"
        "\n"
        "def test_some():\n"
        "    assert double_all([1, 2]) == [2, 4]\n"
        "    assert double_all([]) == []\n"
        "\n"
        "def test_text():\n"
        "    with pytest.raises(ValueError):\n"
        "        double_all('a')\n"
        "\n"
        "@pytest.mark.parametrize('n', [1, 2])\n"
        "def test_one(n):\n"
        "    assert double_all([n]) == [n + n]\n"
    ),
    "test_info": [{"function_name": "double_all", "parameter_list": "(values)"}],
}
ACE_CODE = {
    "id": "oss_1",
    "question": "Write a function double(n) that doubles a number.",
    "test_cases": ["assert double(1) == 2", "assert double(0) == 0", "assert round(double(0.25), 2) == 0.5"],
    "inferences": [
        {"completion": "Look:\n```python\ndef double(n):\n    return 3 * n\n```", "pass_rate": 0.5},
        {"completion": "Look:\n```python\ndef double(n):\n    return n + n + 1\n```", "pass_rate": 1.0},
        {
            "completion": "Look:\n```python\ndef double(n):\n    return n + n\n```\nSo `double(1)` is 2.",
            "pass_rate": 1.0,
        },
    ],
}
MBPP_PLUS = {
    "task_id": "Mbpp/2",
    "prompt": (
        '"""\nWrite a function to find the mean of the numbers of two tuples.\nassert mean((1,), (3,)) == 2.0\n"""\n'
    ),
    "entry_point": "mean",
    "canonical_solution": ("\ndef mean(a, b):\n    assert isinstance(a, tuple)\n    return sum(a + b) / len(a + b)\n"),
    "base_input": [[[1], [3]]],
    "plus_input": [[[5, 7], [2]], [[0], [1, 2]]],
    "atol": 0.001,
    "contract": "",
    "assertion": "\nassert mean((1,), (3,)) == 2.0\n",
}
BIG_CODE_BENCH = {
    "task_id": "BigCodeBench/0",
    "complete_prompt": ('import math\nBASE = 1\n\ndef task_func(n):\n    """\n    The square root of n.\n    """\n'),
    "instruct_prompt": "The square root of n, as a dict, and ValueError where there is none.",
    "code_prompt": "import math\nBASE = 1\ndef task_func(n):\n",
    "canonical_solution": "    return {'root': math.sqrt(n) * BASE}",
    "test": (
        "import unittest\n"
        "from unittest.mock import patch\n"
        "class TestCases(unittest.TestCase):\n"
        "    def test_four(self):\n"
        "        self.assertEqual(task_func(4)['root'], 2)\n"
        "    def test_none(self):\n"
        "        with self.assertRaises(ValueError):\n"
        "            task_func(-1)\n"
    ),
    "entry_point": "task_func",
    "libs": "['math']",
}
FORMS = {
    "LeetCodeDataset": LEET_CODE,
    "KodCode": KOD_CODE,
    "AceCode": ACE_CODE,
    "MBPP+ of EvalPlus": MBPP_PLUS,
    "BigCodeBench": BIG_CODE_BENCH,
}


def read(tmp_path: Path, record: dict[str, Any], **changes: Any) -> tuple[PublishedFunctionsSource, list[Function]]:
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps(record | changes) + "\n")
    source = open_source(str(path))
    assert isinstance(source, PublishedFunctionsSource)
    functions = [item.content for item in source.items()]
    assert all(isinstance(function, Function) for function in functions)
    return source, functions  # type: ignore[return-value]
