"""The order of rounds, with overlap and without, and to which end it comes whatever happens to a run."""

import os
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from astor.errors import UserError
from astor.loop import Start, train
from astor.policies.policy import load_policy
from astor.recipe.load import load_recipe
from astor.records import Batch, Completion
from astor.run.artifacts import Artifacts
from astor.run.checkpoints import rounds_of
from astor.run.partner import Partner
from astor.run.run import Run
from astor.steps.initialise import initialise
from astor.steps.plan import plan
from astor.steps.prepare import prepare
from astor.storage import committed, load
from astor.training.engine import DivergedError, ReferencePolicy
from tests.overlap_by_steps import by_steps

SMALL: Mapping[str, Any] = {
    "tasks": {"noisy": {"type": "io_prediction", "kinds": ["output"], "max_tokens": 8, "coin_share": 1.0}},
    "data.prompts": {"train": 24, "held_out": 2, "promotion": 2, "demonstrations": {"noisy": 40}},
    "policy.warm_start.steps": 1,
    "batch.prompts": 4,
    "scheduler": {"type": "uniform"},
    "training.loss.importance_cap": 2,
}
OVERLAP = {"staleness": 1}
FURTHER_DRAWS = {"scheduler": {"type": "uniform", "batches": {"by": "dynamic", "oversampling": 1, "filter": "strict"}}}
Small = Callable[..., Run]


class Killed(BaseException):
    """Ends a run as a signal would, which nobody catches."""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """One for all runs, which share prompts and the first policy."""
    return str(tmp_path_factory.mktemp("store"))


@pytest.fixture
def small(store: str, monkeypatch: pytest.MonkeyPatch) -> Small:
    """Small runs on a machine with one core: `small("name", **{"dotted.key": value})`."""
    monkeypatch.setattr("astor.run.partner.cores", lambda: 1)
    return lambda name, **options: Run(store, load_recipe("miniature", {**SMALL, **options, "name": name}))


def begin(run: Run) -> Start:
    run.resolve()
    prompts, references = prepare(run)
    policy = initialise(run, prompts)
    return Start(prompts, references, policy, plan(run, prompts, policy))


def train_until(run: Run, until: int) -> dict[str, str]:
    """Train; the digest of every part of every round that lies there then, by its place."""
    with run:
        train(run, begin(run), until)
    return committed_rounds(run)


def committed_rounds(run: Run) -> dict[str, str]:
    """The digest of every part of every round that lies there, by its place."""
    found = [load(run.artifacts.committed(run.places.at("rounds", at))) for at in run.places.committed_below("rounds")]
    return {
        f"{one.uri.removeprefix(run.places.uri)} {name}": part.digest
        for one in found
        for name, part in one.manifest.parts.items()
    }


@pytest.fixture(scope="module")
def whole(store: str) -> dict[str, str]:
    """What four rounds with overlap come to in one process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("astor.run.partner.cores", lambda: 1)
        return train_until(Run(store, load_recipe("miniature", {**SMALL, **OVERLAP, "name": "whole"})), 4)


def test_a_round_is_rolled_out_by_the_policy_before_the_last_update(small: Small, whole: dict[str, str]) -> None:
    run = small("whole", **OVERLAP)
    first = committed(run.places.at("plan")).manifest.made_from["policy"]
    for round, updates in enumerate([0, 0, 1, 2]):
        planned = run.places.at("rounds", round - 1, "score") if round else run.places.at("plan")
        batch: Batch = run.artifacts.read(run.artifacts.committed(planned), "batch")
        rolled_out = run.artifacts.committed(run.places.at("rounds", round, "rollout"))
        completions: list[Completion] = run.artifacts.read(rolled_out, "completions")
        assert batch.policy_digest == (f"{first}+{updates}" if updates else first)
        assert len({one.policy_digest for one in completions}) == 1
        report = run.artifacts.read(run.artifacts.committed(run.places.at("rounds", round, "update")), "report")
        measured = report.tasks["noisy"]
        assert (measured.engine_difference is None, measured.lag is None) == (
            (False, True) if round == 0 else (True, False)
        )
        assert measured.lag is None or measured.lag > 0
    assert "rollout" not in run.places.below("rounds", 4), "nothing follows the last round"


def test_segments_and_a_run_that_is_made_longer_come_to_the_same(small: Small, whole: dict[str, str]) -> None:
    train_until(small("segments", **OVERLAP), 2)
    assert train_until(small("segments", **OVERLAP), 4) == whole
    train_until(small("longer", **OVERLAP, rounds=2), 2)
    assert train_until(small("longer", **OVERLAP), 4) == whole


def test_two_processes_come_to_the_same_as_one(
    small: Small, whole: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("astor.run.partner.cores", lambda: 2)
    run = small("together", **OVERLAP)
    start = begin(run)
    partner = run.services.partner
    assert isinstance(partner, Partner)
    assert train_until(run, 4) == whole
    assert start.policy.updates == 0


TURNS = [(round, first, name) for round in (1, 2, 3) for first in (False, True) for name in ("rollout", "update")]


@pytest.mark.parametrize(
    "killed", [TURNS[4:5], pytest.param(TURNS, marks=pytest.mark.slow)], ids=["once", "at every turn"]
)
def test_tasks_by_step_come_to_the_same_whichever_is_killed(
    small: Small, whole: dict[str, str], monkeypatch: pytest.MonkeyPatch, killed: list[tuple[int, bool, str]]
) -> None:
    monkeypatch.setattr("astor.components.task.begin", lambda *_: None)  # this process goes on after its tasks
    run = small(f"steps-{len(killed)}", **OVERLAP, granularity="step")
    with run:
        start = begin(run)
    for at, rollout_first, name in killed:
        by_steps(run, start, rollout_first, lambda *task, at=at, name=name: task == (at, name))
    by_steps(run, start, rollout_first=False)
    ended = committed_rounds(run)
    # Steps commit every policy, and completions name the one that they are of.
    other = ("/checkpoint", "/rollout ")
    rest = [{at: digest for at, digest in of.items() if not any(map(at.__contains__, other))} for of in (whole, ended)]
    assert rest[0] == rest[1]
    assert whole.items() & ended.items() >= {item for item in whole.items() if "/00004/" in item[0]}
    if len(killed) > 1:
        by_steps(run, start, rollout_first=True)
        assert committed_rounds(run) == ended, "a finished chain is gone through without a change"


def test_what_cannot_be_gone_on_with_is_told_and_done_again(
    small: Small, whole: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    run = small("damaged", **OVERLAP, checkpoint_every=1)
    train_until(run, 3)
    (file,) = Path(run.places.at("rounds", 3, "rollout")).glob("*/completions/*")
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    ended = train_until(small("damaged", **OVERLAP, checkpoint_every=1), 4)
    assert "rounds/00003/rollout is damaged (" in capsys.readouterr().err
    rest = {place: digest for place, digest in whole.items() if "checkpoint" not in place and "rollout" not in place}
    assert rest.items() <= ended.items()


@pytest.mark.parametrize("options", [OVERLAP, OVERLAP | FURTHER_DRAWS], ids=["one draw", "further draws"])
def test_a_run_that_is_killed_again_and_again_ends_as_if_it_never_was(
    small: Small, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any]
) -> None:
    undisturbed = train_until(small("undisturbed", **options), 4)
    commit = Artifacts.commit
    for place in ("00001/rollout", "00000/update", "00001/verify", "00002/checkpoint", "00003/verify", "00003/score"):

        def commit_and_die(self: Artifacts, uri: str, *arguments: Any, place: str = place, **parts: Any) -> Any:
            ref = commit(self, uri, *arguments, **parts)
            if uri.endswith(place):
                raise Killed
            return ref

        monkeypatch.setattr(Artifacts, "commit", commit_and_die)
        with pytest.raises(Killed):
            train_until(small("killed", **options), 4)
    monkeypatch.setattr(Artifacts, "commit", commit)
    assert train_until(small("killed", **options), 4) == undisturbed


def test_a_process_that_samples_and_dies_is_told(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("astor.run.partner.cores", lambda: 2)
    with small("dies", **OVERLAP) as run:
        run.resolve()
        with pytest.raises(UserError, match=r"The process that samples died \(exit code -9\): where memory ran out"):
            run.services.partner.call(_die)


def _die(run: Run) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_an_update_that_is_stopped_leaves_all_that_it_was_of(small: Small) -> None:
    options = {"training.optimizer.gradient_limit": 1e-9, "training.skips_in_a_row": 1}
    with small("stopped", **options) as run:
        start = begin(run)
        with pytest.raises(UserError, match=r"above training\.optimizer\.gradient_limit, 1e-09, 1 times") as told:
            train(run, start, 4)
        uri = run.places.at("stopped", 0)
        assert str(told.value).endswith(f"The batch, the policy and its trainer state are in {uri}.")
        saved = load(committed(uri).ref)
        held_to = ReferencePolicy(start.policy, lambda: saved.part("policy"), lambda: load_policy(saved.part("policy")))
        engine = run.recipe.training.make(saved.part("policy"), held_to, saved.part("trainer"), run.services.ranks)
        records = [run.artifacts.read(saved.ref, name) for name in ("completions", "groups", "batch")]
        with pytest.raises(DivergedError):
            engine.update(*records)


@pytest.mark.parametrize("staleness", [0, 1])
def test_a_run_ends_where_it_learns_nothing(small: Small, capsys: pytest.CaptureFixture[str], staleness: int) -> None:
    run = small(f"idle-{staleness}", **{"tasks.noisy.coin_share": 0.0, "idle_rounds": 2, "staleness": staleness})
    train_until(run, 4)
    assert rounds_of(run) == 2
    told = "The run ends after 2 rounds: no prompt's rewards differed in 2 rounds (idle_rounds)."
    assert told in capsys.readouterr().err
    train_until(run, 4)
    assert rounds_of(run) == 2
