from pathlib import Path

import pytest

from astor.coordination.catalogue import scheduler_classes
from astor.errors import UserError

PACKAGE = """
from astor.coordination.schedulers.uniform import UniformScheduler

class MyScheduler(UniformScheduler):
    pass

def schedulers():
    return {NAMES}
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """`installed(names)`: a package with schedulers of its own, as pip would leave it."""

    def install(names: str) -> None:
        (tmp_path / "my_schedulers.py").write_text(PACKAGE.replace("NAMES", names))
        info = tmp_path / "my_schedulers-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: my-schedulers\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text("[astor.schedulers]\nmine = my_schedulers:schedulers\n")
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.delitem(__import__("sys").modules, "my_schedulers", raising=False)

    return install


def test_ours_have_option_models_that_carry_their_names() -> None:
    for name, scheduler in scheduler_classes().items():
        assert scheduler.options_type().type == name


def test_a_package_adds_its_own(installed) -> None:
    installed('"mine": MyScheduler')
    assert set(scheduler_classes()) == {"astor", "uniform", "mine"}


def test_a_name_that_is_taken_is_refused(installed) -> None:
    installed('"astor": MyScheduler')
    with pytest.raises(UserError, match="offers 'astor'"):
        scheduler_classes()
