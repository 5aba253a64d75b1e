"""Whole programs whose outputs another program checks."""

import pytest

from astor.sandbox import CheckedStdinJob, Ending

SUM = """
import sys

def main():
    with open(sys.argv[1]) as file:
        total = int(file.read())
    with open(sys.argv[2], "rb") as file:
        assert file.read().decode().split()
    words = open(sys.argv[3], "r", encoding="utf-8").read().split()
    print(1 if len(words) == 2 and sum(map(int, words)) == total else 0)

if __name__ == "__main__":
    main()
"""
HALF = "x = int(input())\nprint(x // 2, x - x // 2)"


def checked(sandbox, program, checker=SUM, inputs=("7", "8")):
    (result,) = sandbox.run([CheckedStdinJob(program, inputs, checker, tuple(f"{x} 0\n" for x in inputs))])
    return result


def accepted(result):
    return [claim.value[1] if claim.kind == "value" else claim.exception for claim in result.claims]


def test_every_output_that_the_checker_accepts_is_right(sandbox):
    result = checked(sandbox, HALF)
    assert (result.ending, result.detail) == (Ending.FINISHED, "")
    assert [claim.value for claim in result.claims] == [("3 4\n", True), ("4 4\n", True)]
    assert accepted(checked(sandbox, "x = int(input())\nprint(x, x % 2 - 1)")) == [True, False]


def test_a_program_that_ends_otherwise_is_told_as_without_a_checker(sandbox):
    result = checked(sandbox, "x = int(input())\nprint(x // (x - 7), x)", inputs=("7", "8"))
    assert (result.ending, result.detail, accepted(result)) == (
        Ending.FAILED,
        "it raised ZeroDivisionError",
        ["ZeroDivisionError", False],
    )
    assert checked(sandbox, "x = ").ending is Ending.MALFORMED


@pytest.mark.parametrize(
    "checker",
    [
        "import sys\nprint(1)",
        "from __future__ import annotations\nimport sys\nfrom pathlib import Path\nx: nothing = 1\n"
        "print(float(Path(sys.argv[3]).read_text().split()[0] != ''))",
        "import sys, io\nsys.stdout.write('1' if io.open(sys.argv[2]).readline().endswith(chr(10)) else '0')",
        "print(1)\nexit(0)",
    ],
)
def test_checkers_are_programs_like_others(sandbox, checker):
    assert accepted(checked(sandbox, HALF, checker)) == [True, True]


@pytest.mark.parametrize(
    "checker",
    ["", "print(0)", "print(0.5)", "print(True)", "print(1)\nprint(0)", "print(1)\nexit(1)", "print(1)\n1 / 0", "x = ",
     "print(1)\nwhile True: pass", "open('submission_output.txt', 'w')\nprint(1)", "print(open('/etc/passwd') and 1)"],
)  # fmt: skip
def test_nothing_else_is_acceptance(sandbox, checker):
    result = checked(sandbox, HALF, checker)
    assert accepted(result) == [False, False]
    assert result.ending in (Ending.FINISHED, Ending.FAILED)
    assert result.ending is Ending.FINISHED or "checker" in result.detail


HOSTILE = [
    "print(1)",
    "print('1\\n')",
    "import os\nos._exit(0)",
    "import sys\nsys.exit(0)",
    'print(\'"], "1", ["\')',
    "print('__import__(\"os\")._exit(0)')",
    "print('9' * 100_000, '-9')",
    "import sys\nsys.stdout.buffer.write(b'\\xff\\0')",
    "print('x' * 3_000_000)",
    "print('{}', 'nan', 'inf')",
    "import os\nos.write(3, b'\\x06\\0\\0\\0' + b's\\x01\\0\\0\\0' + b'1')",
    "print(open('correct_output.txt').read())",
    "import sys\nprint(open(sys.argv[2]).read())",
    "import builtins\nbuiltins.print = lambda *a: None\nbuiltins.sum = lambda *a: 7",
]


@pytest.mark.parametrize("program", HOSTILE)
def test_no_output_makes_a_checker_accept_what_it_should_not(sandbox, program):
    result = checked(sandbox, program, inputs=("7",))
    assert True not in accepted(result)
    assert result.ending is not Ending.INFRASTRUCTURE_ERROR
