"""Programs that read standard input and write standard output: one process each time, judged by what it wrote."""

from pathlib import Path

import pytest

from astor.errors import UserError
from astor.sandbox import Ending, Limits, Sandbox, SandboxOptions, StdinJob
from astor.sandbox.inside.protocol import ENDED
from astor.sandbox.workers.evidence import Child, Evidence, Transcript


def ran(sandbox, program, *inputs):
    (result,) = sandbox.run([StdinJob(program, inputs)])
    return result


def written(sandbox, program, text=""):
    """What the program writes for one input; it must end well."""
    result = ran(sandbox, program, text)
    assert result.ending is Ending.FINISHED, result.detail
    return result.claims[0].value


@pytest.mark.parametrize(
    "program",
    [
        "print(int(input()) + int(input()))",
        "import sys\nprint(sum(map(int, sys.stdin.read().split())))",
        "import sys\nprint(sum(int(line) for line in sys.stdin))",
        "import sys\nprint(sum(map(int, sys.stdin.readlines())))",
        "import sys\ninput = sys.stdin.readline\nprint(int(input()) + int(input()))",
        "import sys\nsys.stdout.write(f'{sum(map(int, sys.stdin.buffer.read().split()))}\\n')",
        "import os\nprint(sum(map(int, os.read(0, 100).split())))",
        "import os\nprint(sum(map(int, os.read(0, os.fstat(0).st_size).split())), flush=True)",
        "import fileinput\nprint(sum(int(line) for line in fileinput.input()))",
        "print(sum(map(int, open(0))))",
        "import sys\nprint(sum(map(int, open(sys.stdin.fileno(), closefd=False))))",
        "import mmap\nprint(sum(map(int, mmap.mmap(0, 0, access=mmap.ACCESS_READ).read().split())))",
        "import sys\nnext(sys.stdin)\nsys.stdin.seek(0)\nprint(sum(map(int, sys.stdin)))",
        "import asyncio\nasync def main(): print(int(input()) + int(input()))\nasyncio.run(main())",
    ],
)
def test_every_way_to_read(sandbox, program):
    assert written(sandbox, program, "19\n23\n") == "42\n"


@pytest.mark.parametrize(
    "program",
    [
        "print(42)",
        "print(42, end='\\n', flush=True)",
        "import sys\nsys.stdout.buffer.write(b'42\\n')",
        "import os\nos.write(1, b'42\\n')",
        "import sys\nprint(42, file=sys.__stdout__)",
        "output = open(1, 'w')\nprint(42, file=output)",
        "import io, sys\nsys.stdout = io.TextIOWrapper(open(1, 'wb'))\nprint(42)",
        "import io, sys\nbuffer, real = io.StringIO(), sys.stdout\nsys.stdout = buffer\nprint(42)\n"
        "real.write(buffer.getvalue())",
        "import atexit\natexit.register(print, 42)",
        "import threading, time\nthreading.Thread(target=lambda: (time.sleep(0.01), print(42))).start()",
        "import threading\nthreading.stack_size(1 << 26)\nthreading.Thread(target=print, args=(42,)).start()",
        "if __name__ == '__main__':\n    print(42)",
        "import __main__\nx = 42\nprint(__main__.x)",
        "\ufefffrom pathlib import Path\nprint({'program': 42}[Path(__file__).stem])",
        "import sys\nprint(42)\nsys.exit(0)",
        "import sys\nprint(42)\nsys.exit()",
        "print(42)\nexit()",
        "print(42)\nquit()",
        "import os\nprint(42, flush=True)\nos._exit(0)",
        "import os, sys\nprint(42)\nsys.stdout.flush()\nos.close(1)\nos.close(0)",
        "import sys\nprint(42)\nsys.stdout.close()",
        "import sys\nprint(42, flush=True)\nsys.stdout = None",
        "import sys\nprint('lost', file=sys.stderr)\nprint(42)",
        "import sys\nsys.setrecursionlimit(100_000)\nf = lambda n: n and 1 + f(n - 1)\nprint(f(50_000) - 49_958)",
        "class Last:\n    def __del__(self): print(42)\nlast = Last()",
        "import os\nos.close(3)\nprint(42)",
    ],
)
def test_every_way_to_write_and_to_end(sandbox, program):
    assert written(sandbox, program) == "42\n"


@pytest.mark.parametrize(
    ("program", "outcome", "exception", "detail"),
    [
        ("print(1)\nraise ValueError('secret')", Ending.FAILED, "ValueError", "it raised ValueError"),
        ("print(input())", Ending.FAILED, "EOFError", "it raised EOFError"),
        ("raise KeyboardInterrupt", Ending.FAILED, "KeyboardInterrupt", "it raised KeyboardInterrupt"),
        ("print(1)\nexit(3)", Ending.FAILED, "", "it exited with status 3"),
        ("import sys\nsys.exit('no')", Ending.FAILED, "", "it exited with status 1"),
        ("import os\nos._exit(2)", Ending.FAILED, "", "it exited with status 2"),
        ("import os\nos.abort()", Ending.FAILED, "", "it crashed"),
        ("import sys\nsys.stdin.buffer.raw.write(b'1')", Ending.FAILED, "OSError", ""),
        ("import os\nos.write(0, b'1')", Ending.FAILED, "OSError", ""),
        ("while True: pass", Ending.TIMEOUT, "", "it took more than 0.4 CPU seconds"),
        ("import time\ntime.sleep(9)", Ending.TIMEOUT, "", "it took more than 3 s"),
        ("import threading\nthreading.Event().wait()", Ending.TIMEOUT, "", ""),
        ("x = bytearray(1 << 40)", Ending.OUT_OF_MEMORY, "", ""),
        (
            "while True: print('x' * 1000)",
            Ending.FAILED,
            None,
            "it wrote more than 16777216 bytes to its standard output",
        ),
        ("import os\nos.write(3, b'1' * 9)", Ending.FINISHED, None, ""),
    ],
)
def test_other_ends_are_told(sandbox, program, outcome, exception, detail):
    result = ran(sandbox, program, "")
    assert (result.ending, detail in result.detail) == (outcome, True)
    if exception is not None:
        assert [(claim.kind, claim.value, claim.exception) for claim in result.claims] == [("raised", None, exception)]


def test_every_input_meets_a_program_that_has_not_run_yet(sandbox):
    program = "import sys\nsys.seen = getattr(sys, 'seen', 0) + 1\nprint(input(), sys.seen)"
    result = ran(sandbox, program, "a", "b", "c")
    assert [claim.value for claim in result.claims] == ["a 1\n", "b 1\n", "c 1\n"]


def test_every_input_is_run_and_the_first_abnormal_end_decides(sandbox):
    program = "x = int(input())\nwhile x == 2: pass\nprint(1 // x)"
    result = ran(sandbox, program, "1", "0", "2", "-1")
    assert (result.ending, result.detail) == (Ending.FAILED, "it raised ZeroDivisionError")
    assert [claim.value for claim in result.claims] == ["1\n", None, None, "-1\n"]
    assert [claim.exception for claim in result.claims] == ["", "ZeroDivisionError", "", ""]
    assert ran(sandbox, program).ending is Ending.FINISHED


def test_megabytes_go_in_and_out(sandbox):
    lines = "".join(f"{number}\n" for number in range(500_000))
    assert len(lines) > 3_000_000
    assert written(sandbox, "import sys\nprint(sum(map(int, sys.stdin)))", lines) == f"{sum(range(500_000))}\n"
    assert written(sandbox, "print('x' * 1_000_000)") == "x" * 1_000_000 + "\n"
    assert written(sandbox, "import sys\nsys.stdout.write(sys.stdin.read())", lines) == lines
    with Sandbox(SandboxOptions(workers=1, limits=Limits(stdout_bytes=1 << 20))) as narrow:
        assert ran(narrow, "import sys\nsys.stdout.write(sys.stdin.read())", lines).ending is Ending.FAILED


@pytest.mark.parametrize("text", ["", "\0", "é\u2028\U0001f600", "a\r\nb\r", "\udcff", "no end"])
def test_bytes_pass_unchanged(sandbox, text):
    assert written(sandbox, "import sys\nsys.stdout.buffer.write(sys.stdin.buffer.read())", text) == text


@pytest.mark.parametrize(
    "program", ["print(1", "x = '\0'", "return 1", "\ud800", "(" * 10_000, "x = " + "-" * 100_000 + "1"]
)
def test_what_does_not_compile_is_malformed(sandbox, program):
    result = ran(sandbox, program, "", "")
    assert (result.ending, result.claims) == (Ending.MALFORMED, ())


def test_an_input_that_is_no_text_is_a_user_error(sandbox):
    with pytest.raises(UserError, match="UTF-8"):
        ran(sandbox, "print(1)", "\ud800")
    with pytest.raises(UserError, match="UTF-8"):
        next(StdinJob("print(1)", ("told before the first is run", "\ud800")).runs(Limits()))


def test_all_outputs_together_are_bounded_by_the_memory_that_they_take():
    """Driven by hand: each of twenty runs writes a MiB, of which one wide character makes four."""
    wide = b"a" * ((1 << 20) - 4) + "\U0001f600".encode()
    for output, kept in ((wide, 15), (wide[:-4], 20)):
        evidence = Evidence((Child((0, 0.1, ENDED), Transcript(ready=True), False, output),))
        runs = StdinJob("print(1)", ("",) * 20).runs(Limits(stdout_bytes=8 << 20))
        next(runs)
        for _ in range(19):
            runs.send(evidence)
        with pytest.raises(StopIteration) as end:
            runs.send(evidence)
        result = end.value.value
        assert [claim.kind for claim in result.claims] == ["value"] * kept + ["raised"] * (20 - kept)
        assert result.ending is (Ending.FAILED if kept < 20 else Ending.FINISHED)
        assert ("take more than" in result.detail) == (kept < 20)


HOSTILE = """
import mmap, os, socket
def attempt(call):
    try:
        call()
    except (OSError, ValueError, AttributeError):
        return 0
    return 1
channel = socket.socket(fileno=os.dup(1))
print(sum(map(attempt, [
    lambda: os.memfd_create("mine"),
    lambda: os.ftruncate(0, 0),
    lambda: mmap.mmap(0, 1),
    lambda: os.write(os.open("/dev/stdin", os.O_RDWR), b"1"),
    lambda: os.open("/dev/stdout", os.O_RDWR),
    lambda: os.write(0, b"1"),
    lambda: channel.recv(1, socket.MSG_DONTWAIT),
    lambda: channel.connect("/anywhere"),
    os.fork,
])))
"""


def test_its_streams_lead_nowhere(sandbox):
    assert written(sandbox, HOSTILE, "input") == "0\n"


def test_descriptors_on_its_output_reach_nobody(sandbox):
    program = "import os, socket\nsocket.socket(fileno=1).sendmsg([b'1'], [(1, 1, b'\\0\\0\\0\\0')])\nos._exit(0)"
    before = set(Path("/proc/self/fd").iterdir())
    ran(sandbox, program, *[""] * 5)
    assert set(Path("/proc/self/fd").iterdir()) == before
