from pathlib import Path

import pytest

from astor.errors import UserError
from astor.training.catalogue import update_engine_options
from astor.training.engine import ReferencePolicy

PACKAGE = """
from typing import Literal

from astor.training.engine import UpdateEngineOptions

class MyOptions(UpdateEngineOptions):
    type: Literal["mine"] = "mine"
    processes: int = 8

    def make(self, policy, reference, trainer):
        return f"{self.processes} processes train {policy.name}"

def offered():
    return {NAMES}
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """`installed(names)`: a package with update engines of its own, as pip would leave it."""

    def install(names: str) -> None:
        (tmp_path / "my_engines.py").write_text(PACKAGE.replace("NAMES", names))
        info = tmp_path / "my_engines-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: my-engines\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text("[astor.update_engines]\nmine = my_engines:offered\n")
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.delitem(__import__("sys").modules, "my_engines", raising=False)

    return install


def test_ours_carry_their_names() -> None:
    for name, options in update_engine_options().items():
        assert options().type == name


def test_a_package_adds_its_own_and_the_options_make_it(installed) -> None:
    installed('"mine": MyOptions')
    options = update_engine_options()["mine"].model_validate({"loss": {"clip_high": 0.3}})
    assert options.loss.clip_high == 0.3
    reference = ReferencePolicy(directory=Path, weights=lambda: pytest.fail("an engine need not load it"))
    assert options.make(Path("policy"), reference, None) == "8 processes train policy"


def test_a_name_that_is_taken_is_refused(installed) -> None:
    installed('"torch": MyOptions')
    with pytest.raises(UserError, match="offers 'torch'"):
        update_engine_options()
