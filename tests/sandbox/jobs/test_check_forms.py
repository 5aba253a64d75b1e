"""Forms of `check` that published tests have: any parameter, and a last line that calls it."""

import pytest

from astor.sandbox import CheckJob, Ending

BODY = "    assert {0}(2) == 4\n    assert [{0}(x) for x in range(3)] == [0, 1, 4]\n"
CANDIDATE = "METADATA = {}\n\ndef check(candidate):\n" + BODY.format("candidate")
SQUARE = "def check(square):\n" + BODY.format("square")

FORMS = {
    "nobody calls it": CANDIDATE,
    "its parameter has the function's name": SQUARE,
    "it calls the function by its name": "def check(_):\n" + BODY.format("square"),
    "a last line calls it": SQUARE + "\ncheck(square)\n",
    "a main block calls it": CANDIDATE + "\nif __name__ == '__main__':\n    check(square)\n",
    "a keyword passes the function": CANDIDATE + "\ncheck(candidate=square)\n",
    "it is called on a lambda": CANDIDATE + "\ncheck(lambda *a: square(*a))\n",
    "it is called on more than the function has": CANDIDATE.replace("(2)", "(2)[0]").replace("(x)", "(x)[0]")
    + "\ncheck(lambda x: (square(x), 0))\n",
    "it is called on a function of the file": CANDIDATE + "\ndef run():\n    check(square)\n\nrun()\n",
    "it takes more": CANDIDATE.replace("candidate)", "candidate, other=1)") + "\ncheck(square, 2)\n",
    "it is no plain function": "class Check:\n    def __call__(self, square):\n"
    + BODY.format("square").replace("    ", "        ")
    + "check = Check()\ncheck(square)\n",
}

WRONG = {
    "another result": "def square(x): return x + x",
    "an exit": "import os\ndef square(x): os._exit(0)",
    "an exit that can be caught": "def square(x): raise SystemExit(0)",
    "an object that equals everything": "class Any(int):\n def __eq__(s, o): return True\ndef square(x): return Any()",
    "a name of the test's": "def check(candidate): pass\ndef square(x): return None",
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_passes_the_right_program_and_no_other(sandbox, form):
    jobs = [CheckJob(program, "square", FORMS[form]) for program in ("def square(x): return x * x", *WRONG.values())]
    right, *wrong = sandbox.run(jobs)
    assert (right.ending, right.detail) == (Ending.FINISHED, "")
    assert {result.ending for result in wrong} == {Ending.FAILED}


@pytest.mark.parametrize(
    "last",
    [
        "\ncheck(lambda x: x * x)\n",
        "\nif square is None:\n    check(square)\n",
        "\nsquare(0)\n",
        "\ntry:\n    check(None)\nexcept TypeError:\n    pass\n",
    ],
)
def test_a_check_that_nobody_has_called_on_the_program_is_called(sandbox, last):
    right, wrong = sandbox.run(
        [CheckJob(f"def square(x): return {x}", "square", CANDIDATE + last) for x in ("x * x", "x + x + 1")]
    )
    assert (right.ending, wrong.ending) == (Ending.FINISHED, Ending.FAILED)


@pytest.mark.parametrize("check", ["x = 1", "check = 1", "async def check(f): f(1)", "def check(f): yield f(1)"])
def test_what_is_no_check_cannot_be_used(sandbox, check):
    for last in ("", "\nif callable(check): check(square)"):
        (result,) = sandbox.run(
            [CheckJob("def square(x): return x", "square", check + last.replace("if", "if 'check' in globals() and"))]
        )
        assert result.ending is Ending.INFRASTRUCTURE_ERROR
