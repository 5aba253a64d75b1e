"""What goes from a store when it is pruned, and what stays."""

from collections.abc import Callable
from pathlib import Path

import pytest
from stored_runs import begin, finish, policy

from astor.errors import UserError
from astor.records.collection import Collection
from astor.run.lock import LockedError, alone
from astor.run.pruning import carry_out, find_removals
from astor.run.run import Run
from astor.storage import locate

Miniature = Callable[..., Run]


@pytest.fixture(autouse=True)
def own_mlflow(monkeypatch: pytest.MonkeyPatch) -> None:
    """The store's own, which lies in it."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


def prune(run: Run, *names: str) -> set[str]:
    """Prune the store of the run; the places that went, relative to it."""
    root = run.places.root
    return {one.uri.removeprefix(f"{root}/") for one in carry_out(root, find_removals(root, names).removals)}


def files(root: str) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in Path(root).rglob("*") if path.is_file()}


def test_of_a_finished_run_stay_scores_result_and_what_its_report_shows(miniature: Miniature) -> None:
    run = miniature()
    finish(run)
    Path(f"{run.places.uri}/kfp/tasks").mkdir(parents=True)
    Path(f"{run.places.uri}/kfp/tasks/.log").write_text("…")
    rounds = {f"rounds/{n:05d}/{step}" for n in range(4) for step in ("rollout", "verify")}
    checkpoints = {f"rounds/{n:05d}/checkpoint" for n in range(1, 5)}
    between = {f"evaluations/held_out-bbbbbbbbbbbb/{step}" for step in ("rollout", "verify")}
    went = prune(run)
    assert went == {f"runs/{run.places.name}/{place}" for place in rounds | checkpoints | between | {"kfp"}}
    left = run.places.committed_below()
    assert {"results/00004", "plan", "rounds/00003/update", "evaluations/held_out-bbbbbbbbbbbb/scores"} <= left
    assert {"evaluations/held_out-aaaaaaaaaaaa/rollout", "evaluations/held_out-cccccccccccc/verify"} <= left
    assert not prune(run), "once is enough"


def test_looking_writes_nothing(miniature: Miniature) -> None:
    run = miniature()
    finish(run)
    before = files(run.places.root)
    assert find_removals(run.places.root).removals
    assert files(run.places.root) == before


def test_a_pruned_run_is_not_gone_on_with(miniature: Miniature) -> None:
    run = miniature()
    finish(run)
    prune(run)
    with pytest.raises(UserError, match="was pruned, and what it would go on from is gone: start over with --fresh"):
        run.resolve()


def test_of_an_interrupted_run_goes_only_what_was_never_committed(miniature: Miniature) -> None:
    run = miniature()
    begin(run, rounds=2)
    draft = Path(run.places.at("rounds", 2, "rollout", "0123456789ab", "completions"))
    draft.mkdir(parents=True)
    (draft / "completions.parquet").write_text("half")
    assert prune(run) == {f"runs/{run.places.name}/rounds/00002/rollout/0123456789ab"}
    run.resolve()


def test_a_run_whose_lock_is_held_stays_as_it_is(miniature: Miniature) -> None:
    run = miniature()
    finish(run)
    with alone(run.places.uri):
        found = find_removals(run.places.root)
        assert not found.removals
        assert found.remarks[0] == f"{run.places.name} stays as it is: a command works on it."
        with pytest.raises(LockedError):
            find_removals(run.places.root, [run.places.name])


def test_a_run_goes_as_a_whole_with_what_it_alone_used(miniature: Miniature) -> None:
    run, other = miniature(name="one"), miniature(name="other")
    finish(run)
    finish(other)
    with alone(run.places.uri):
        pass
    name = run.places.name
    went = prune(run, name)
    assert {f"runs/{name}", f"cache/prompts/{name[-12:]}", f"references/{name[-12:]}"} <= went
    assert not [path for path in files(run.places.root) if name in path or name[-12:] in path], "nor is its lock left"
    assert Path(f"{run.places.root}/cache/policies/{other.places.name[-12:]}").is_dir()


def test_models_stay_where_nobody_knows_what_is_registered(miniature: Miniature) -> None:
    run = miniature()
    digest = finish(run)
    found = find_removals(run.places.root, [run.places.name])
    assert found.remarks[-1].startswith("All models stay, for nothing is registered in sqlite:///")
    prune(run, run.places.name)
    assert Path(run.places.model(digest)).is_dir()


def test_a_damaged_run_keeps_what_it_may_use_and_can_go_as_a_whole(miniature: Miniature) -> None:
    run = miniature()
    finish(run)
    Path(run.places.at("plan", "manifest.json")).write_text("{")
    Path(run.places.at("recipe", "manifest.json")).write_text("{")
    policy(run, f"{run.places.root}/cache/policies/unused", "of nobody")
    found = find_removals(run.places.root)
    assert not found.removals
    assert " stays, and all that it may use: " in found.remarks[0]
    assert "cache/policies/unused" in prune(run, run.places.name)
    assert not Path(run.places.uri).exists()


def test_what_a_run_without_a_plan_may_have_made_stays(miniature: Miniature) -> None:
    run = miniature()
    begin(run)
    run.places.remove("plan")
    found = find_removals(run.places.root)
    assert not found.removals
    assert found.remarks == [
        f"Caches and models stay, for {run.places.name} has no plan yet, which says what it uses; --runs "
        f"{run.places.name} removes it."
    ]


def test_a_policy_in_the_cache_that_a_recipe_names_is_used(miniature: Miniature, tmp_path: Path) -> None:
    place = tmp_path / "store" / "cache" / "policies" / "collected"
    policy(miniature(), str(place), "of a collection")
    run = miniature(policy={"type": "huggingface", "path": str(place)})
    begin(run)
    assert not prune(run)


def test_what_a_collection_of_the_store_was_made_with_is_used(miniature: Miniature) -> None:
    run = miniature()
    begin(run)
    root = run.places.root
    mine = policy(run, f"{root}/cache/policies/collected", "of a collection")
    policy(run, f"{root}/cache/policies/unused", "of nobody")
    collection = Collection(policy=mine, prompts="", splits={}, options={})
    directory = Path(root) / "collections" / "mine"
    directory.mkdir(parents=True)
    (directory / "collection.json").write_text(collection.model_dump_json())
    assert prune(run) == {"cache/policies/unused"}


def test_a_damaged_collection_keeps_what_it_may_use(miniature: Miniature) -> None:
    run = miniature()
    begin(run)
    root = run.places.root
    policy(run, f"{root}/cache/policies/collected", "of a collection")
    directory = Path(root) / "collections" / "mine"
    directory.mkdir(parents=True)
    (directory / "collection.json").write_text("{")
    found = find_removals(root)
    assert not found.removals
    assert found.remarks == [
        f"collections/mine stays, and all that it may use: {directory}/collection.json cannot be read as a collection: "
        "remove the directory, or collect into another."
    ]


def test_a_run_that_is_not_there_is_told_with_the_nearest_one(miniature: Miniature) -> None:
    run = miniature()
    begin(run)
    with pytest.raises(UserError, match=f"There is no run iniature.*: did you mean {run.places.name}"):
        find_removals(run.places.root, [run.places.name[1:]])


def test_a_prune_that_was_stopped_goes_on(miniature: Miniature) -> None:
    run = miniature()
    finish(run)
    removals = find_removals(run.places.root).removals
    next(carry_out(run.places.root, removals))
    store, key = locate(run.places.at("pruned.json"))
    assert b"rounds/00003/verify" in store.read(key), "what was to go is written down before anything goes"
    assert len(prune(run)) == len(removals) - 1
