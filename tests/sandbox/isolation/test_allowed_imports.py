"""Which packages programs may import: those that are declared, what they depend on, and the standard library."""

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from pydantic import ValidationError

from astor.errors import UserError
from astor.sandbox import CallsJob, Ending, Limits, Sandbox, SandboxOptions

PACKAGES = Path(sysconfig.get_path("purelib"))

IMPORTS = """
import importlib, sys
def solve(name):
    return importlib.import_module(name).__name__
def is_imported(name):
    return name in sys.modules
def read(path):
    return len(open(path, "rb").read())
def version(name):
    return importlib.metadata.version(name)
"""

SMALL = Limits(cpu_seconds=2, wall_seconds=20, memory_mb=256)


@pytest.fixture(scope="module")
def declaring():
    """A sandbox that lets programs import numpy and sortedcontainers, the latter beforehand."""
    options = SandboxOptions(
        workers=1, limits=SMALL, allowed_imports=("numpy", "sortedcontainers"), preimported=("sortedcontainers",)
    )
    with Sandbox(options) as sandbox:
        yield sandbox


def ask(sandbox, entry, *arguments, program=IMPORTS):
    (result,) = sandbox.run([CallsJob(program, entry, tuple((argument,) for argument in arguments))])
    assert result.ending is Ending.FINISHED, result.detail
    return [claim.exception or claim.value for claim in result.claims]


def test_by_default_there_is_nothing_but_the_standard_library(sandbox):
    assert ask(sandbox, "solve", "sqlite3", "asyncio") == ["sqlite3", "asyncio"]
    missing = ["numpy", "sortedcontainers", "pydantic", "pip", "setuptools", "astor", "astor.sandbox"]
    assert ask(sandbox, "solve", *missing) == ["ModuleNotFoundError"] * len(missing)


def test_a_declared_package_and_no_other_can_be_imported(declaring):
    names = ["sortedcontainers", "numpy", "numpy.linalg", "pydantic", "six", "pip"]
    assert ask(declaring, "solve", *names) == names[:3] + ["ModuleNotFoundError"] * 3


def test_what_cannot_be_imported_cannot_be_read(declaring, sandbox):
    import numpy
    import pydantic
    import yaml

    refused = {"PermissionError", "FileNotFoundError"}
    assert {type(each) for each in ask(declaring, "read", numpy.__file__)} == {int}
    assert set(ask(declaring, "read", pydantic.__file__, yaml.__file__)) <= refused
    assert set(ask(sandbox, "read", numpy.__file__, pydantic.__file__)) <= refused


def test_nor_by_a_search_path_of_its_own(declaring):
    program = f"import sys\nsys.path.insert(0, {str(PACKAGES)!r})\n{IMPORTS}"
    assert set(ask(declaring, "solve", "pydantic", "six", program=program)) <= {
        "ModuleNotFoundError",
        "PermissionError",
    }


def test_a_package_knows_its_version(declaring):
    import numpy

    program = f"import importlib.metadata\n{IMPORTS}"
    assert ask(declaring, "version", "numpy", "pydantic", program=program) == [
        numpy.__version__,
        "ModuleNotFoundError",
    ]


def test_only_what_is_preimported_is_there_from_the_start(declaring):
    assert ask(declaring, "is_imported", "sortedcontainers", "numpy") == [True, False]


def test_numpy_computes_within_the_limit_of_memory(declaring):
    program = """
import numpy as np
def solve(n):
    a = np.arange(n * n, dtype=float).reshape(n, n) + n * np.eye(n)
    return [int(np.arange(n).sum()), round(float(np.abs(np.linalg.solve(a, a) - np.eye(n)).max()), 6), (a @ a).shape]
"""
    assert ask(declaring, "solve", 4, 200, program=program) == [[6, 0.0, (4, 4)], [19900, 0.0, (200, 200)]]


def test_numpy_can_be_preimported():
    options = SandboxOptions(workers=1, limits=SMALL, allowed_imports=("numpy",), preimported=("numpy",))
    with Sandbox(options) as sandbox:
        assert ask(sandbox, "is_imported", "numpy") == [True]
        assert ask(
            sandbox, "solve", 3, program="import numpy as np\ndef solve(n): return np.ones((n, n)).sum().item()"
        ) == [9.0]


def test_what_a_package_depends_on_comes_with_it():
    pytest.importorskip("dateutil")
    with Sandbox(SandboxOptions(workers=1, limits=SMALL, allowed_imports=("dateutil",))) as sandbox:
        assert ask(sandbox, "solve", "dateutil.relativedelta", "six", "numpy") == [
            "dateutil.relativedelta",
            "six",
            "ModuleNotFoundError",
        ]


def test_a_namespace_is_shared_with_what_is_not_declared():
    pytest.importorskip("google.protobuf")
    pytest.importorskip("google.auth")
    from astor.sandbox.isolation.libraries import find_libraries

    found = find_libraries(("google",))
    assert str(PACKAGES.resolve() / "google") in found.directories
    assert str(PACKAGES.resolve() / "google") not in found.files


@pytest.mark.parametrize("name", ["no_such_package", "no.such", "../numpy", ""])
def test_a_package_that_is_not_installed_is_named(name):
    with pytest.raises(UserError, match="allowed_imports names " + repr(name)):
        Sandbox(SandboxOptions(workers=1, allowed_imports=(name,))).__enter__()


def test_the_standard_library_needs_no_declaration_and_may_have_one():
    with Sandbox(SandboxOptions(workers=1, allowed_imports=("json", "heapq"), preimported=("heapq",))) as sandbox:
        assert ask(sandbox, "is_imported", "heapq") == [True]


def test_preimported_are_some_of_the_allowed():
    with pytest.raises(ValidationError, match="preimported names numpy, which allowed_imports does not"):
        SandboxOptions(preimported=("numpy",))


def test_without_namespaces_it_is_the_same(declaring, monkeypatch):
    monkeypatch.setenv("PATH", "")
    options = declaring.options
    with Sandbox(options) as sandbox:
        assert not sandbox.layers[1].stands
        names = ["sortedcontainers", "numpy", "pydantic"]
        assert ask(sandbox, "solve", *names) == [*names[:2], "ModuleNotFoundError"]


def test_the_command_takes_declarations(tmp_path):
    (tmp_path / "program.py").write_text("import sortedcontainers\ndef solve(x): return x")
    (tmp_path / "tests.json").write_text('[{"args": [1], "expected": 1}]')
    command = [str(Path(sys.executable).with_name("astor")), "sandbox", "judge", "--entry", "solve"]
    command += ["--program", str(tmp_path / "program.py"), "--tests", str(tmp_path / "tests.json")]
    for more, outcome in (([], "failed"), (["--allow-import", "sortedcontainers"], "passed")):
        done = subprocess.run([*command, *more], capture_output=True, text=True, check=True)
        assert f'"outcome": "{outcome}"' in done.stdout
