"""Programs that cheat, break out or break things. Each has a definite outcome, and leaves nothing behind.

What a program says of its own success is not asked: files, processes and signals are looked for from outside, and an
honest program is judged after each hostile one.
"""

import os
import textwrap
from pathlib import Path

import pytest

from astor.records import Outcome
from astor.sandbox import CallsJob, same_value

EXPECTED = 42

# Each returns or claims something. Nothing here may ever be taken for the right answer, which is 42 for argument 41.
CHEATS = {
    "equals everything": (
        Outcome.PASSED,
        """
        class Yes:
            def __eq__(self, other): return True
            def __ne__(self, other): return False
            __hash__ = None
        def solve(x): return Yes()
        """,
    ),
    "an int that equals everything": (
        Outcome.PASSED,
        """
        class Yes(int):
            def __eq__(self, other): return True
            def __index__(self): return 42
            __hash__ = int.__hash__
        def solve(x): return Yes(1)
        """,
    ),
    "a str that equals everything": (
        Outcome.PASSED,
        """
        class Yes(str):
            def __eq__(self, other): return True
            def encode(self, *_): return b"42"
            __hash__ = str.__hash__
        def solve(x): return [Yes("no")]
        """,
    ),
    "pretends to be an int": (
        Outcome.PASSED,
        """
        class Int:
            __class__ = int
            def __int__(self): return 42
            def __index__(self): return 42
        def solve(x): return Int()
        """,
    ),
    "pickles to the answer": (
        Outcome.PASSED,
        "class P:\n    def __reduce__(self): return int, (42,)\ndef solve(x): return P()",
    ),
    "sys.exit(0) in the call": (Outcome.PASSED, "import sys\ndef solve(x): sys.exit(0)"),
    "raises what no Exception is": (Outcome.PASSED, "def solve(x): raise KeyboardInterrupt"),
    "sys.exit(0) while loading": (Outcome.FAILED, "import sys\nsys.exit(0)"),
    "os._exit(0) while loading": (Outcome.FAILED, "import os\nos._exit(0)"),
    "os._exit(0) in the call": (Outcome.FAILED, "import os\ndef solve(x): os._exit(0)"),
    "exit of libc": (Outcome.FAILED, "import ctypes\ndef solve(x): ctypes.CDLL(None)._exit(0)"),
    "exit from a thread": (
        Outcome.FAILED,
        "import os, threading, time\n"
        "def solve(x):\n    threading.Thread(target=os._exit, args=(0,)).start()\n    time.sleep(1)",
    ),
    "abort": (Outcome.FAILED, "import os\ndef solve(x): os.abort()"),
    "segmentation fault": (Outcome.FAILED, "import ctypes\ndef solve(x): ctypes.string_at(0)"),
    "raises while loading": (Outcome.FAILED, "1 / 0\ndef solve(x): return 42"),
    "exits by an exception hook": (
        Outcome.FAILED,
        "import os, sys\nsys.excepthook = lambda *_: os._exit(0)\nraise ValueError",
    ),
    "patches builtins": (
        Outcome.FORBIDDEN,
        """
        import builtins, math
        builtins.isinstance = lambda *_: True
        builtins.len = lambda *_: 0
        math.isclose = lambda *_, **__: True
        def solve(x): return 41.5
        """,
    ),
    "patches the encoder": (
        Outcome.PASSED,
        """
        import gc, types
        for function in gc.get_objects():
            if isinstance(function, types.FunctionType) and function.__name__ in ("same_value", "judge", "compare"):
                function.__code__ = (lambda *_: True).__code__
        def solve(x): return 0
        """,
    ),
    "traces the harness": (
        Outcome.PASSED,
        """
        import sys
        def tracer(frame, event, arg):
            for name in list(frame.f_locals):
                if name in ("expected", "answer", "tests"): frame.f_locals[name] = 42
            return tracer
        sys.settrace(tracer)
        def solve(x): return 1
        """,
    ),
    "looks for answers in frames and memory": (
        Outcome.PASSED,
        """
        import gc, sys
        def solve(x):
            found = []
            frame = sys._getframe()
            while frame:
                found += [value for value in frame.f_locals.values() if value == 42]
                frame = frame.f_back
            for thing in gc.get_objects():
                if type(thing) is dict and "expected" in thing: found.append(thing["expected"])
            return found
        """,
    ),
    "writes PASSED everywhere": (
        Outcome.FAILED,
        """
        import os
        def solve(x):
            for fd in range(256):
                try: os.write(fd, b'PASSED {"outcome": "passed"}\\n')
                except OSError: pass
            os._exit(0)
        """,
    ),
    "forges an ending": (
        Outcome.FORBIDDEN,
        """
        import os, struct
        def text(t): return b"s" + struct.pack("<I", len(t)) + t
        def solve(x):
            body = b"(" + struct.pack("<I", 1) + text(b"end")
            os.write(3, struct.pack("<I", len(body)) + body)
            return 0
        """,
    ),
    "answers too often": (
        Outcome.FORBIDDEN,
        """
        import os, struct
        def solve(x):
            body = b"(" + struct.pack("<I", 2) + b"s" + struct.pack("<I", 5) + b"value" + b"i" + struct.pack("<q", 0)
            for _ in range(3): os.write(3, struct.pack("<I", len(body)) + body)
            return 0
        """,
    ),
    "writes nonsense frames": (
        Outcome.FORBIDDEN,
        "import os\ndef solve(x):\n    os.write(3, b'\\x04\\0\\0\\0####' * 100)\n    return 0",
    ),
    "closes every descriptor": (Outcome.FAILED, "import os\ndef solve(x):\n    os.closerange(0, 256)\n    return 0"),
    "floods its channel": (Outcome.FAILED, "import os\ndef solve(x):\n    while True: os.write(3, b'x' * 65536)"),
    "returns too much": (Outcome.FAILED, "def solve(x): return 'x' * (1 << 22)"),
    "returns too much through sharing": (
        Outcome.FAILED,
        "def solve(x):\n    y = [0]\n    for _ in range(90): y = [y, y]\n    return y",
    ),
    "returns itself": (Outcome.PASSED, "def solve(x):\n    y = []\n    y.append(y)\n    return y"),
    "returns colliding hashes": (
        Outcome.PASSED,
        "def solve(x): return {i * ((1 << 61) - 1) for i in range(2000)}",
    ),
    "spins": (Outcome.TIMEOUT, "def solve(x):\n    while True: pass"),
    "spins and ignores signals": (
        Outcome.TIMEOUT,
        """
        import signal
        for number in range(1, 65):
            try: signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError): pass
        def solve(x):
            while True: pass
        """,
    ),
    "spins in a thread after the call": (
        Outcome.PASSED,
        "import threading\n"
        "def spin():\n    while True: pass\n"
        "def solve(x):\n    threading.Thread(target=spin).start()\n    return 0",
    ),
    "spins while loading": (Outcome.TIMEOUT, "while True: pass"),
    "sleeps": (Outcome.TIMEOUT, "import time\ndef solve(x): time.sleep(1000)"),
    "a huge power": (Outcome.TIMEOUT, "def solve(x): return len(str(9 ** 9 ** 9))"),
    "a slow regular expression": (Outcome.TIMEOUT, "import re\ndef solve(x): return re.match('(a+)+b', 'a' * 50)"),
    "eats memory": (Outcome.OUT_OF_MEMORY, "def solve(x):\n    y = []\n    while True: y.append(bytearray(1 << 20))"),
    "asks for much memory": (Outcome.OUT_OF_MEMORY, "x = [0] * (1 << 40)\ndef solve(x): return 0"),
    "recurses for ever": (Outcome.PASSED, "def solve(x): return solve(x)"),
    "overflows the stack": (
        Outcome.FAILED,
        "import sys\nsys.setrecursionlimit(10 ** 9)\n"
        "class A:\n    def __getattribute__(self, name): return getattr(self, name)\n"
        "def solve(x): return A().b",
    ),
    "another architecture's system call": (
        Outcome.FORBIDDEN,
        "import ctypes\ndef solve(x): return ctypes.CDLL(None).syscall(0x40000000 + 39)",
    ),
    "no program": (Outcome.MALFORMED, "solve x = :"),
    "null byte": (Outcome.MALFORMED, "def solve(x): return 42\0"),
    "half a surrogate": (Outcome.MALFORMED, "# \ud800\ndef solve(x): return 42"),
    "no entry": (Outcome.MALFORMED, "def solved(x): return 42"),
    "entry is no function": (Outcome.MALFORMED, "solve = 42"),
    "nested beyond the compiler": (Outcome.MALFORMED, "x = " + "(" * 9000 + ")" * 9000),
    "overflows the compiler": (Outcome.MALFORMED, "x = " + "-" * 500_000 + "1"),
}


@pytest.mark.parametrize("name", CHEATS)
def test_cheat(sandbox, zygotes, name):
    if name.startswith("another architecture") and os.uname().machine != "x86_64":
        pytest.skip("x32 is a table of x86_64")
    before = zygotes()
    outcome, program = CHEATS[name]
    program = textwrap.dedent(program)
    cheat, honest = sandbox.run(
        [CallsJob(program, "solve", ((41,),)), CallsJob("def solve(x): return x + 1", "solve", ((41,),))]
    )
    assert cheat.outcome is outcome, cheat.detail
    assert not any(claim.kind == "value" and same_value(claim.value, EXPECTED) for claim in cheat.claims)
    assert honest.outcome is Outcome.PASSED
    assert same_value(honest.claims[0].value, EXPECTED)
    assert zygotes() == before
    assert not children_of(before)


# Each attempt is an expression; what it raises is its claim, and it must raise.
ATTEMPTS = {
    "read /etc/passwd": "open('/etc/passwd').read()",
    "read its environment": "open('/proc/self/environ').read()",
    "read its parent's memory": "open(f'/proc/{os.getppid()}/maps').read()",
    "list /": "os.listdir('/')",
    "list the sandbox": "os.listdir(HERE)",
    "import the sandbox": "__import__('astor')",
    "read this test": "open(HERE + '/test_hostile_programs.py').read()",
    "write in /tmp": "open('/tmp/astor-hostile', 'w').write('x')",
    "write in /dev/shm": "open('/dev/shm/astor-hostile', 'w').write('x')",
    "write where it is": "open('astor-hostile', 'w').write('x')",
    "write in the user's files": "open(TARGET, 'a').write('x')",
    "truncate": "os.truncate(TARGET, 0)",
    "remove": "os.unlink(TARGET)",
    "rename": "os.rename(TARGET, TARGET + '2')",
    "change mode": "os.chmod(TARGET, 0)",
    "change owner": "os.chown(TARGET, 1, 1)",
    "change times": "os.utime(TARGET)",
    "link": "os.symlink('/etc', '/tmp/astor-hostile')",
    "make a directory": "os.mkdir('/tmp/astor-hostile')",
    "make a pipe": "os.mkfifo('/tmp/astor-hostile')",
    "cache bytecode": "__import__('py_compile').compile(os.__file__, doraise=True)",
    "fork": "os.fork()",
    "vfork": "call('vfork')",
    "clone": "syscall(CLONE, 17, 0, 0, 0, 0)",
    "clone with a namespace": "syscall(CLONE, 0x10000000 | 0x00010000, 0, 0, 0, 0)",
    "fork a terminal": "__import__('pty').fork()",
    "subprocess": "__import__('subprocess').run(['/bin/true'])",
    "spawn": "os.posix_spawn('/bin/true', ['true'], {})",
    "multiprocessing": "__import__('multiprocessing').get_context('fork').Process(target=print).start()",
    "exec": "os.execv('/bin/true', ['true'])",
    "kill the zygote": "os.kill(os.getppid(), 9)",
    "stop the zygote": "os.kill(os.getppid(), 19)",
    "kill everyone": "os.kill(-1, 9)",
    "kill its group": "os.killpg(0, 9)",
    "kill the verifier": "os.kill(VERIFIER, 9)",
    "kill by a thread": "__import__('signal').pthread_kill(__import__('threading').get_ident(), 9)",
    "kill by pidfd": "os.pidfd_open(VERIFIER)",
    "kill by a descriptor's owner": "__import__('fcntl').fcntl(0, 8, VERIFIER)",
    "kill by a descriptor's signal": "__import__('fcntl').fcntl(0, 10, 9)",
    "TCP": "__import__('socket').socket()",
    "UDP": "__import__('socket').socket(type=2)",
    "Unix socket": "__import__('socket').socket(1)",
    "datagrams to abstract sockets": "__import__('socket').socketpair(1, 2)",
    "netlink": "__import__('socket').socket(16, 3)",
    "resolve a name": "__import__('socket').getaddrinfo('localhost', 80)[0][99]",
    "memfd": "os.memfd_create('x')",
    "ptrace": "call('ptrace', 0, 0, 0, 0)",
    "read another's memory": "call('process_vm_readv', VERIFIER, 0, 0, 0, 0, 0)",
    "System V memory": "call('shmget', 0, 4096, 0o1600)",
    "System V messages": "call('msgget', 0, 0o1600)",
    "POSIX memory": "__import__('multiprocessing.shared_memory').shared_memory.SharedMemory(create=True, size=9)",
    "namespaces": "call('unshare', 0x10000000)",
    "mount": "call('mount', b'x', b'/', b'tmpfs', 0, 0)",
    "io_uring": "syscall(425, 1, 0)",
    "bpf": "syscall(BPF, 0, 0, 0)",
    "more filters": "call('prctl', 22, 2, 0, 0, 0)",
    "be dumpable": "call('prctl', 4, 1, 0, 0, 0)",
    "outlive its parent": "call('prctl', 1, 0, 0, 0, 0)",
    "raise its limits": "__import__('resource').setrlimit(0, (-1, -1))",
    "lower another's limits": "__import__('resource').prlimit(VERIFIER, 0, (1, 1))",
    "change user": "os.setresuid(0, 0, 0)",
    "change root": "os.chroot('/')",
    "leave its session": "os.setsid()",
    "yield its processor": "os.sched_setaffinity(0, {0})",
}

REFUSALS = ("PermissionError", "OSError", "ValueError", "ModuleNotFoundError")

HARNESS = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
HERE, TARGET, VERIFIER = {here!r}, {target!r}, {verifier}
CLONE, BPF = {numbers}

def checked(result):
    if result < 0: raise OSError(ctypes.get_errno(), "refused")
    return result

def call(name, *arguments): return checked(getattr(libc, name)(*arguments))
def syscall(*arguments): return checked(libc.syscall(*arguments))
def solve(): return {attempt}
"""


@pytest.fixture
def target(tmp_path):
    """A file of the user's, and nothing where hostile programs try to write."""
    path = tmp_path / "precious"
    path.write_text("precious")
    yield path
    assert path.read_text() == "precious"
    assert path.stat().st_mode & 0o600 == 0o600
    for place in ("/tmp/astor-hostile", "/dev/shm/astor-hostile", "/astor-hostile"):
        assert not Path(place).exists()


@pytest.mark.parametrize("name", ATTEMPTS)
def test_attempt_is_refused(sandbox, zygotes, target, name):
    before = zygotes()
    numbers = (56, 321) if os.uname().machine == "x86_64" else (220, 280)
    program = HARNESS.format(
        here=str(Path(__file__).parent),
        target=str(target),
        verifier=os.getpid(),
        numbers=numbers,
        attempt=ATTEMPTS[name],
    )
    attempt, honest = sandbox.run(
        [CallsJob(program, "solve", ((),)), CallsJob("def solve(x): return x + 1", "solve", ((41,),))]
    )
    assert attempt.outcome is Outcome.PASSED, attempt.detail
    assert attempt.claims[0].kind == "raised", attempt.claims
    assert attempt.claims[0].exception in REFUSALS, attempt.claims
    assert honest.outcome is Outcome.PASSED
    assert zygotes() == before
    assert not children_of(before)


def test_a_child_has_its_socket_and_nothing_else(sandbox):
    program = (
        "import os, stat\n"
        "def solve():\n"
        "    found = []\n"
        "    for fd in range(256):\n"
        "        try: mode = os.fstat(fd).st_mode\n"
        "        except OSError: continue\n"
        "        found.append((fd, 'socket' if stat.S_ISSOCK(mode) else 'null' if stat.S_ISCHR(mode) else '?'))\n"
        "    return found"
    )
    results = sandbox.run([CallsJob(program, "solve", ((),))] * 6)
    expected = [(0, "null"), (1, "null"), (2, "null"), (3, "socket")]
    assert [result.claims[0].value for result in results] == [expected] * 6


def test_threads_are_bounded(sandbox):
    program = (
        "import threading, time\n"
        "def solve():\n"
        "    threading.stack_size(32768)\n"
        "    for started in range(100_000):\n"
        "        try: threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
        "        except RuntimeError: return started"
    )
    (result,) = sandbox.run([CallsJob(program, "solve", ((),))])
    assert result.outcome in (Outcome.PASSED, Outcome.TIMEOUT)
    assert not result.claims or 16 <= result.claims[0].value <= 4096


def test_claims_before_an_abnormal_end_are_kept(sandbox):
    program = "import os\ndef solve(x):\n    if x == 3: os._exit(0)\n    return x"
    (result,) = sandbox.run([CallsJob(program, "solve", ((1,), (2,), (3,), (4,)))])
    assert result.outcome is Outcome.FAILED
    assert [claim.value for claim in result.claims] == [1, 2]


def test_one_program_sees_nothing_of_another(sandbox):
    leave = "import builtins, sys, random\nbuiltins.left = sys.left = 1\nrandom.seed(9)\ndef solve(): return 1"
    look = "import builtins, sys\ndef solve(): return [hasattr(builtins, 'left'), hasattr(sys, 'left')]"
    results = sandbox.run([CallsJob(leave, "solve", ((),)), CallsJob(look, "solve", ((),))] * 4)
    assert [result.claims[0].value for result in results[1::2]] == [[False, False]] * 4


def children_of(pids):
    """Children of these processes that are no zombies about to be waited for."""
    return [child for pid in pids for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
