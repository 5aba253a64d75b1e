"""Untrusted text: read by a confined child, and the culprit alone is malformed when that dies."""

import pytest

from astor.errors import UserError
from astor.sandbox import Ending, ParseJob


def parsed(sandbox, parser, *texts, entry=""):
    """Each text's value, or the name of the exception where it is malformed."""
    (result,) = sandbox.run([ParseJob(parser, texts, entry)])
    assert result.ending is Ending.FINISHED
    assert len(result.claims) == len(texts)
    return [claim.value if claim.kind == "value" else claim.exception for claim in result.claims]


def test_literals(sandbox):
    values = {
        "[1, (2, 3)]\n": [1, (2, 3)],
        "  {'a': {1.5, None}} ": {"a": {1.5, None}},
        "It is\n```python\n[4]\n```\nindeed": [4],
        "-3+2j": -3 + 2j,
        "b'x'": b"x",
        "frozenset()": "ValueError",
        "9**9**9": "ValueError",
        "1 2": "SyntaxError",
        "": "SyntaxError",
        "...": "raised opaque",
        "9" * 5000: 10**5000 - 1,
    }
    found = parsed(sandbox, "literal", *values)
    expected = [None if value == "raised opaque" else value for value in values.values()]
    assert [None if value == "" else value for value in found] == expected


def test_block_is_the_last_fenced_one_whatever_it_holds(sandbox):
    texts = ["```python\nx = 1\n```\n```python\nno (code\n```", "x = 1", "```python\nx = 1", "```python\n```"]
    assert parsed(sandbox, "block", *texts) == ["no (code\n", "ValueError", "x = 1\n", "ValueError"]


def test_program_is_the_last_fenced_block_that_compiles(sandbox):
    answer = "Here:\n```\nx = 1\n```\nor\n```python\ndef f():\n    return 2\n```\nDone."
    assert parsed(sandbox, "program", answer, "x = 1", "```python\nx = \n```", "no code", "x = '\0'") == [
        "def f():\n    return 2\n",
        "x = 1",
        "SyntaxError",
        "SyntaxError",
        "SyntaxError",
    ]


def test_of_two_different_programs_the_last_one_counts_and_an_unclosed_block_holds_what_stands_in_it(sandbox):
    draft = "First try:\n```python\nx = 1\n```\nBetter:\n```python\nx = 2\n```\nwhich is right."
    unfinished = "```python\nx = 1\n```\nBetter:\n```python\nx = 2"
    assert parsed(sandbox, "program", draft, unfinished, "```python\nx = 2") == ["x = 2\n"] * 3


@pytest.mark.parametrize("parser", ["program", "block"])
def test_the_program_that_defines_the_entry_is_told_from_others(sandbox, parser):
    answer = "```python\ndef f():\n    return 2\n```\nSo:\n```python\nf()\n```"
    assert parsed(sandbox, parser, answer, entry="f") == ["def f():\n    return 2\n"]
    assert parsed(sandbox, parser, answer, entry="g") == parsed(sandbox, parser, answer) == ["f()\n"]


def test_tests_are_asserts_where_they_can_be_and_code_otherwise(sandbox):
    loop = "for x in range(3):\n    assert f(x) == max(x, 1)"
    same = "for n in range(3):\n    assert g(n) == max(n, 1)"
    asserts, code, renamed, hidden, broken = parsed(
        sandbox, "tests", "assert f(1) == 2", loop, same, "eval('1')\nassert f(1) == 2", "def f(:"
    )
    assert asserts == [((1,), 2, "f")]
    assert code["source"] == loop
    assert code["expressions"] == renamed["expressions"] != []
    assert (hidden, broken) == ("ValueError", "SyntaxError")


def test_asserts_become_data(sandbox):
    text = "# tests\nassert f(1, [2]) == -3\n\nassert g() == {'a': (1,)}\n"
    assert parsed(sandbox, "asserts", text, f"```python\n{text}```", "") == [
        [((1, [2]), -3, "f"), ((), {"a": (1,)}, "g")],
        [((1, [2]), -3, "f"), ((), {"a": (1,)}, "g")],
        [],
    ]


@pytest.mark.parametrize(
    "text",
    [
        "f(1)",
        "import os",
        "assert f(1)",
        "assert f(1) != 2",
        "assert f(1) == 2 == 2",
        "assert f(x) == 2",
        "assert f(1) == g(2)",
        "assert f(a=1) == 2",
        "assert f(*[1]) == 2",
        "assert o.f(1) == 2",
        "assert f(1) == 2, 'why'",
        "assert (lambda: 1)() == 1",
        "assert f(1) == 2\nprint(1)",
        "assert f(1) == 2 and True",
    ],
)
def test_any_other_statement_is_malformed(sandbox, text):
    assert parsed(sandbox, "asserts", text) in (["ValueError"], ["SyntaxError"])


def test_a_text_of_more_than_ten_kilobytes_is_malformed(sandbox):
    assert parsed(sandbox, "literal", "1" + " " * 9_999, "1" + " " * 10_000, f"'{'é' * 6_000}'") == [
        1,
        "ValueError",
        "ValueError",
    ]


def test_nesting_spoils_only_its_own_text(sandbox):
    hostile = ["(" * 4_000 + ")" * 4_000, "-" * 9_000 + "1", "[" * 9_000, "{" * 150 + "}" * 150, "1+" * 4_000 + "1"]
    texts = [text for number, nest in enumerate(hostile) for text in (str(number), nest)]
    found = parsed(sandbox, "literal", *texts, "99")
    assert [value for value in found if isinstance(value, int)][:2] == [0, 1]
    assert found[::2] == [0, 1, 2, 3, 4, 99]
    assert all(isinstance(value, str) for value in found[1::2])


def test_many_texts_are_read_by_many_children_in_order(sandbox):
    assert parsed(sandbox, "literal", *map(str, range(300))) == list(range(300))
    assert parsed(sandbox, "literal") == []


def test_expensive_texts_take_more_than_one_child(sandbox):
    texts = ["[" + "0," * 4_900 + "]"] * 60
    found = parsed(sandbox, "literal", *texts)
    assert found == [[0] * 4_900] * 60


def test_an_unknown_parser_is_a_user_error(sandbox):
    with pytest.raises(UserError, match="There is no parser 'yaml'"):
        sandbox.run([ParseJob("yaml", ("a",))])
