"""Of an answer's blocks the one is read that was asked for, whatever stands around it."""

from collections.abc import Callable

import pytest

from astor.sandbox.inside.answer_blocks import block_in, literal_in, message_in, program_in

Reader = Callable[..., str]

PROGRAM = "def f(x):\n    return x\n"
BLOCK = f"```python\n{PROGRAM}```\n"


@pytest.fixture(params=[program_in, block_in])
def read(request: pytest.FixtureRequest) -> Reader:
    """Both readers of programs: the one that parses, and the one that looks at lines alone."""
    reader: Reader = request.param
    return reader


@pytest.mark.parametrize(
    "info",
    ["python", "Python", "PY", "py3", "python3", "python3.11", " python title=f.py", "python:f.py", "{.python}"],
)
def test_a_block_says_in_many_ways_that_it_is_python(read: Reader, info: str) -> None:
    assert read(f"```{info}\n{PROGRAM}```\n\n```\n1\n```\n") == PROGRAM


@pytest.mark.parametrize(
    "after",
    [
        "```bash\npython f.py\n```",
        "```json\n[1]\n```",
        "```text\nf(1)\n```",
        "```output\n1\n```",
        "```console\n$ python f.py\n```",
        "```pycon\n>>> f(1)\n1\n```",
        "```python-repl\n>>> f(1)\n1\n```",
        "```python\n>>> f(1)\n1\n```",
        "```\n>>> f(1)\n1\n```",
        "```\n1\n```",
        "```\n[1, 2]\nTrue\n```",
        "```\nYES\n```",
        "```\n3 1 2\n```",
        "```\n$ python f.py\n```",
        "```python\n\n```",
        "```",
        "~~~ruby\ndef f(x)\nend\n~~~",
    ],
)
@pytest.mark.parametrize("entry", ["", "f"])
def test_what_is_no_program_hides_none(read: Reader, after: str, entry: str) -> None:
    assert read(f"So:\n{BLOCK}Then:\n{after}\n", entry) == PROGRAM


@pytest.mark.parametrize(
    "after",
    [
        "print(f(1))",
        "assert f(1) == 1",
        "def test_f():\n    assert f(1) == 1",
        "import f_module\nfor x in range(3):\n    f(x)",
        "def f2(x):\n    return f(x)",
        "f == f",
        "class Test:\n    def f(self):\n        pass",
    ],
)
@pytest.mark.parametrize("info", ["python", ""])
def test_a_use_of_the_program_does_not_replace_it(read: Reader, after: str, info: str) -> None:
    assert read(f"{BLOCK}Use it:\n```{info}\n{after}\n```\n", "f") == PROGRAM


@pytest.mark.parametrize(
    "definition",
    ["def f(x):", "async def f(x):", "class f:", "f = len", "f: object = len", "@cache\ndef f(x):", "import a\ndef f("],
)
def test_of_several_that_define_what_was_asked_for_the_last_one_counts(read: Reader, definition: str) -> None:
    last = f"{definition}\n    pass\n"
    for info in ("python", ""):
        assert read(f"{BLOCK}Better:\n```{info}\n{last}```\n{BLOCK.replace('f(x)', 'g(x)')}", "f") == last


def test_a_method_stands_in_the_class_that_its_entry_names(read: Reader) -> None:
    program = "class Solution:\n    def f(self):\n        return 1\n"
    assert read(f"```python\n{program}```\n```python\nprint(Solution().f())\n```", "Solution.f") == program


def test_where_nothing_defines_what_was_asked_for_the_last_program_counts(read: Reader) -> None:
    first, last = "```python\nimport sys\n```\n", "```python\nprint(1)\n```\n"
    assert read(first + last) == read(first + last, "f") == "print(1)\n"
    assert read(first + last.replace("python", "")) == "print(1)\n"


def test_a_program_is_not_put_together_of_several_blocks(read: Reader) -> None:
    assert read(f"```python\ndef g(x):\n    return x\n```\n{BLOCK}", "f") == PROGRAM


@pytest.mark.parametrize("info", ["text", "plaintext", "code", "solution", "repl", "cpp"])
def test_where_no_block_is_python_any_is_read(read: Reader, info: str) -> None:
    assert read(f"```{info}\n{PROGRAM}```", "f") == PROGRAM


@pytest.mark.parametrize("fence", ["```", "````"])
def test_an_answer_in_a_block_of_markdown_is_read_in_it(read: Reader, fence: str) -> None:
    assert read(f"{fence}markdown\nSo:\n\n{BLOCK}{fence}\n", "f") == PROGRAM


def test_a_text_without_blocks_is_the_answer(read: Reader) -> None:
    for text in (PROGRAM, "", "`x`", "a ```b``` c", 'def f():\n    """So:\n\n    ```\n    f()\n    ```\n    """\n'):
        assert read(text, "f") == literal_in(text) == message_in(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "```python\nf(3)\n```\nis\n```\n[4]\n```",
        "```\n[3]\n```\nor\n```python\n[4]\n```\n```bash\nls\n```",
        "```json\n[4]\n```",
        "> ```\n> [4]\n> ```",
    ],
)
def test_a_literal_stands_in_the_last_block_that_may_be_python(text: str) -> None:
    assert literal_in(text).strip() == "[4]"


@pytest.mark.parametrize(
    "text",
    [
        "```\nMend f\n```",
        "~~~text\nMend f\n~~~",
        "Here is the message:\n\n```git\nMend f\n```\n\nIt tells what was done.",
        "```\nMend f\n```\n```bash\ngit commit\n```",
        "提交信息：\n```\nMend f\n```",
        "Here it is:\n````markdown\n```\nMend f\n```\n````",
    ],
)
def test_a_message_in_a_block_is_read_without_it(text: str) -> None:
    assert message_in(text).strip() == "Mend f"


def test_a_message_may_hold_blocks() -> None:
    for text in ("Mend f\n\nIt gave:\n```\n1\n```\n", "Mend f\n```\n1\n```"):
        assert message_in(text) == text
