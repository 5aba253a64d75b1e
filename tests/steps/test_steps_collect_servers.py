"""Collecting with an engine of servers: turns go to a server and back as they do in this process."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import pytest

from astor.recipe.load import load_recipe
from astor.run.run import Run
from astor.steps.collect import collect
from astor.steps.initialise import initialise
from astor.steps.prepare import prepare
from tests.endpoints import application, listening
from tests.steps.test_steps_collect import OPTIONS, SMALL, TINY


@pytest.mark.slow
def test_servers_collect_over_turns(tmp_path: Path) -> None:
    make: Callable[..., Run] = lambda **given: Run(  # noqa: E731
        str(tmp_path / "store"), load_recipe("cobalt", deepcopy(SMALL) | {"policy": TINY} | given)
    )
    with make() as run:
        collected = collect(run, str(tmp_path / "here"), OPTIONS)
    with (
        application(collected.policy) as app,
        listening(app) as url,
        make(rollout={"type": "openai", "urls": [url]}) as run,
    ):
        again = collect(run, str(tmp_path / "there"), OPTIONS)
        engine = run.services.policies.sampler(initialise(run, prepare(run).prompts)).engine
        assert engine.metrics["tokens"] == again.tokens
        assert engine.metrics["failed"] == 0
    assert (again.problems, again.trajectories) == (collected.problems, collected.trajectories)
    assert abs(again.tokens - collected.tokens) < 0.05 * collected.tokens, "but for draws that rounding decides"
