"""A run holds what it needs to be repeated, once for each place that it went on in."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import astor
from astor.run.code import code_digest
from astor.run.environment import FILE, note_environment, read_environments, told
from astor.run.run import Run
from astor.storage import DamagedError, sealed, unsealed


def test_a_run_holds_its_code_its_processor_and_how_it_was_shared(miniature: Callable[..., Run]) -> None:
    run = miniature()
    assert read_environments(run.places) == []
    run.resolve()
    (found,) = read_environments(run.places)
    assert (found.version, found.code) == (astor.__version__, code_digest())
    assert (found.threads, found.processes) == (run.recipe.threads, run.recipe.processes)
    assert found.processor
    assert found.libraries["torch"]


def test_going_on_in_the_same_place_adds_nothing_and_in_another_one_does(miniature: Callable[..., Run]) -> None:
    run = miniature()
    run.resolve()
    run.resolve()
    assert len(read_environments(run.places)) == 1
    file = Path(run.places.at(FILE))
    found = unsealed(json.loads(file.read_text())[0])
    file.write_text(json.dumps([sealed(found | {"processor": "an older one", "features": ["avx2"]})]))
    note_environment(run.places, run.recipe)
    words = told(read_environments(run.places))
    assert words["processor"].startswith("an older one")
    assert "processor (2)" in words


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_flipped_bit_is_told(miniature: Callable[..., Run], data: st.DataObject) -> None:
    run = miniature()
    file = Path(run.places.at(FILE))
    file.unlink(missing_ok=True)
    note_environment(run.places, run.recipe)
    written = bytearray(file.read_bytes())
    written[data.draw(st.integers(0, len(written) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    file.write_bytes(written)
    with pytest.raises(DamagedError, match=r"environment\.json is damaged \(it is not what was written\)"):
        read_environments(run.places)
