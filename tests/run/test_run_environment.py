"""A run holds what it needs to be repeated, once for each place that it went on in."""

import json
from collections.abc import Callable
from pathlib import Path

import astor
from astor.run.code import code_digest
from astor.run.environment import FILE, note_environment, read_environments, told
from astor.run.run import Run


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
    file.write_text(json.dumps([json.loads(file.read_text())[0] | {"processor": "an older one", "features": ["avx2"]}]))
    note_environment(run.places, run.recipe)
    words = told(read_environments(run.places))
    assert words["processor"].startswith("an older one")
    assert "processor (2)" in words
