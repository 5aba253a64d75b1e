"""Each service that a run needs is lost for two minutes while the run goes on: S3, MLflow, the sandbox pool."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hostile.command import Ended, Store, difference
from hostile.outages import faulty_curves, without_mlflow, without_s3
from hostile.services import Service, answers, free_ports

from tests.sandbox.pool.pool_server import COMMAND

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]
AWAY = 120.0
"""Seconds."""
Undisturbed = tuple[Ended, dict[str, str]]


@pytest.fixture(scope="module", autouse=True)
def environment() -> Iterator[None]:
    """The services write where they are into the environment, which is put back."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    store = Store(str(tmp_path_factory.mktemp("undisturbed")))
    ended = store.finish()
    assert ended.code == 0, ended.errors
    return ended, store.digests()


@pytest.mark.parametrize("outage", [without_s3, without_mlflow])
def test_a_run_goes_on_when_it_is_back(outage: Callable, undisturbed: Undisturbed, tmp_path: Path) -> None:
    assert outage(AWAY, tmp_path, "16 0", *undisturbed)["fault"] == ""


def test_a_sandbox_pool_that_is_killed_is_waited_for(undisturbed: Undisturbed, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    command = [*COMMAND[:-1], str(port), "--workers", "1"]
    with Service(tmp_path / "pool", command, lambda: answers(f"{url}/ready")) as pool:
        overrides = (f"sandbox={{type: pool, urls: ['{url}'], patience_seconds: 300}}",)
        store = Store(str(tmp_path / "store"), overrides=overrides)
        process = store.start()
        while not store.has("rounds", 0, "score"):
            assert process.poll() is None, process.communicate()[1]
            time.sleep(0.005)
        pool.take_away()
        assert not store.has("rounds", 1, "verify"), "a round that it would verify is to come"
        time.sleep(AWAY)
        assert process.poll() is None, process.communicate()[1]
        pool.start()
        _, errors = process.communicate()
    assert process.returncode == 0, errors
    rounds = {place: digest for place, digest in store.digests().items() if place.startswith("rounds/")}
    assert difference(rounds, {place: digest for place, digest in undisturbed[1].items() if place in rounds}) == ""
    assert faulty_curves(f"sqlite:///{store.root}/mlflow.db", store.run().recipe.rounds) == ""
