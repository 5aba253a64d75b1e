"""Trajectories are collected block by block, and what is cut from them is a source for an ordinary run."""

import shutil
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import pytest
from small_cobalt import SMALL, TINY, policy_that_solves, splits

from astor.data.prepared import Writer, read_manifest
from astor.data.splits import SplitOptions
from astor.data.trajectories import TrajectoriesOptions, TrajectoriesSource
from astor.errors import UserError
from astor.loop import post_train
from astor.policies.policy import save_policy
from astor.recipe.load import load_recipe
from astor.records import Conversation, Function, Item, Message, Split, write_json
from astor.records.collection import COLLECTION, Collection
from astor.run.run import Run
from astor.steps.collect import BLOCKS, Collected, CollectOptions, collect
from astor.steps.evaluate_turns import evaluate_turns
from astor.steps.initialise import initialise
from astor.steps.prepare import prepare

OPTIONS = CollectOptions(trajectories=6, turns=2, temperature=1.0, perturbed=0.5, block=6)
Make = Callable[..., Run]


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """`make(**{"dotted.key": value})`, all in one store, so that they share prompts, and with one policy."""
    store = tmp_path_factory.mktemp("store")

    def run(**overrides: object) -> Run:
        return Run(str(store), load_recipe("cobalt", deepcopy(SMALL) | overrides))

    with run(policy=TINY) as first:
        policy = policy_that_solves(first)
    (store / "policy").mkdir()
    save_policy(policy, store / "policy", recipe_digest="")
    made = {"policy": {"type": "huggingface", "path": str(store / "policy")}}
    return lambda **overrides: run(**(made | overrides))


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("collected") / "trajectories"


@pytest.fixture(scope="module")
def collected(make: Make, directory: Path) -> Collected:
    with make() as run:
        return collect(run, str(directory), OPTIONS)


def test_every_problem_is_collected_and_cut(collected: Collected, directory: Path) -> None:
    assert collected.problems == 16
    assert collected.trajectories > 16 * 6, "some problems have wrong tests besides"
    source = TrajectoriesSource(TrajectoriesOptions(path=str(directory)), splits())
    items = list(source.items())
    assert len(items) == sum(collected.prompts.values())
    assert len({item.id for item in items}) == len(items)
    assert {source.split_of(item) for item in items} == {Split.TRAIN, Split.HELD_OUT, Split.PROMOTION}
    begun = [item.content for item in items if isinstance(item.content, Conversation)]
    assert begun
    assert any(isinstance(item.content, Function) for item in items)
    assert all(content.said[-1].role == "user" for content in begun)


def part_of(directory: Path) -> Path:
    """The file of items that the collection's manifest names."""
    (name,) = read_manifest(str(directory)).files
    return directory / name


def test_an_interrupted_collection_goes_on(collected: Collected, make: Make, directory: Path) -> None:
    before = part_of(directory).read_bytes()
    (directory / "manifest.json").unlink()
    with pytest.raises(UserError, match="no finished collection"):
        next(TrajectoriesSource(TrajectoriesOptions(path=str(directory)), splits()).items())
    lost = directory / BLOCKS / "00001" / "manifest.json"
    lost.unlink()
    with make() as run:
        assert collect(run, str(directory), OPTIONS) == collected
    assert part_of(directory).read_bytes() == before


def test_items_that_no_manifest_names_yet_stand_beside_the_old_ones(
    collected: Collected, directory: Path, tmp_path: Path
) -> None:
    copy = shutil.copytree(directory, tmp_path / "copy")
    source = TrajectoriesSource(TrajectoriesOptions(path=str(copy)), splits())
    before = list(source.items())
    Writer(str(copy)).write_part(0, before[:1], read=1, dropped={}, prompts={}, beside=True)
    assert list(source.items()) == before, "the writer was killed before its manifest"
    assert part_of(copy).name.count("-") == 2, "collect writes beside, too"


@pytest.mark.parametrize(
    ("overrides", "seed", "named"),
    [
        ({}, 1, "options"),
        ({"tasks.multi_turn_code.feedback.style": "instruct"}, 0, "feedback"),
        ({"tasks.multi_turn_code.hidden_tests": 4}, 0, "references"),
    ],
)
def test_a_directory_holds_one_collection(
    collected: Collected, make: Make, directory: Path, overrides: dict[str, object], seed: int, named: str
) -> None:
    with make(**overrides) as run, pytest.raises(UserError, match=f"a collection with other {named}:"):
        collect(run, str(directory), OPTIONS.model_copy(update={"seed": seed}))


def test_what_is_no_collection_is_left_alone(make: Make, tmp_path: Path) -> None:
    letter = tmp_path / "letter"
    letter.write_text("mine")
    with make() as run:
        with pytest.raises(UserError, match="is not empty"):
            collect(run, str(tmp_path), OPTIONS)
        with pytest.raises(UserError, match="is a file"):
            collect(run, str(letter), OPTIONS)
        (tmp_path / "collection.json").write_text('{"policy": "of another kind"}')
        with pytest.raises(UserError, match="cannot be read"):
            collect(run, str(tmp_path), OPTIONS)
    assert letter.read_text() == "mine"


def test_a_collection_may_lie_in_a_bucket(make: Make, s3_prefix: str) -> None:
    few, uri = OPTIONS.model_copy(update={"trajectories": 1, "turns": 1, "perturbed": 0}), f"{s3_prefix}/collected"
    with make() as run:
        collected = collect(run, uri, few)
        assert collect(run, uri, few) == collected
        with pytest.raises(UserError, match="a collection with other options"):
            collect(run, uri, OPTIONS)
    source = TrajectoriesSource(TrajectoriesOptions(path=uri), splits())
    assert len(list(source.items())) == sum(collected.prompts.values()) > 0
    assert source.contents()
    with pytest.raises(UserError, match="no finished collection"):
        next(TrajectoriesSource(TrajectoriesOptions(path=s3_prefix), splits()).items())


def test_problems_must_be_divided_as_they_were(collected: Collected, directory: Path) -> None:
    with pytest.raises(UserError, match="give the recipe the splits"):
        next(TrajectoriesSource(TrajectoriesOptions(path=str(directory)), SplitOptions()).items())


def test_prompts_are_made_anew_of_another_collection(collected: Collected, make: Make, directory: Path) -> None:
    overrides = {
        "data.sources": [{"type": "trajectories", "path": str(directory)}],
        "data.prompts": collected.prompts,
    }
    manifest = directory / "manifest.json"
    content = manifest.read_text()
    with make(**overrides) as run:
        before = prepare(run)
        manifest.write_text(content + " ")
        other = prepare(run)
        manifest.write_text(content)
    assert before.prompts.uri != other.prompts.uri


def test_an_ordinary_run_trains_on_them(collected: Collected, make: Make, directory: Path) -> None:
    overrides = {
        "data.sources": [{"type": "trajectories", "path": str(directory)}],
        "data.prompts": collected.prompts,
        "policy": {"type": "huggingface", "path": str(collected.policy)},
    }
    with make(**overrides) as run:
        post_train(run)
        names = [name for name in run.places.below("evaluations") if name.startswith("turns-")]
        measured = [
            run.artifacts.read(run.artifacts.committed(run.places.at("evaluations", name)), "trajectories")
            for name in names
        ]
        assert len(measured) == 2, "the first and the last policy"
        for trajectories in measured:
            first = [one.turns[0].text for one in trajectories]
            assert first == [one.turns[0].text for one in measured[0]], "all begin with the same programs"
            assert all(len(one.turns) == 4 and one.turns[-1].hidden_passed for one in trajectories)
        assert "Over turns" in (Path(run.places.uri) / "report.html").read_text()


def test_a_trained_policy_collects_on_the_problems_alone(
    collected: Collected, make: Make, directory: Path, tmp_path: Path
) -> None:
    overrides = {
        "data.sources": [{"type": "trajectories", "path": str(directory)}],
        "data.prompts": collected.prompts,
        "policy": {"type": "huggingface", "path": str(collected.policy)},
    }
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / ".collection.json-half").write_text("{")  # an interruption left it
    nothing_yet = Collection(policy="another", prompts="", splits={}, options={})
    write_json(tmp_path / "again" / COLLECTION, nothing_yet)  # a mistake in the recipe left it
    with make(**overrides) as run:
        again = collect(run, str(tmp_path / "again"), OPTIONS.model_copy(update={"trajectories": 1, "perturbed": 0}))
    items = TrajectoriesSource(TrajectoriesOptions(path=str(directory)), splits()).items()
    assert again.problems == sum(isinstance(item.content, Function) for item in items)


def test_without_problems_alone_nothing_is_measured_over_turns(
    collected: Collected, make: Make, directory: Path, tmp_path: Path
) -> None:
    copy = shutil.copytree(directory, tmp_path / "copy")
    said = (Message(role="assistant", content="?"), Message(role="user", content="no program"))

    def begun(item: Item) -> Item:
        if isinstance(item.content, Conversation):
            return item
        return item.model_copy(update={"content": Conversation(problem=item.content, said=said)})

    writer = Writer(str(copy))
    writer.finish(writer.rewrite(read_manifest(str(copy)), begun, lambda items: {}))
    overrides = {
        "data.sources": [{"type": "trajectories", "path": str(copy)}],
        "data.prompts": collected.prompts,
        "policy": {"type": "huggingface", "path": str(collected.policy)},
    }
    with make(**overrides) as run:
        prompts, references = prepare(run)
        policy = initialise(run, prompts)
        assert evaluate_turns(run, prompts, references, policy, policy) is None
        with pytest.raises(UserError, match="no problem"):
            collect(run, str(tmp_path / "again"), OPTIONS)


def test_an_ordinary_run_trains_on_whole_trajectories(make: Make) -> None:
    with make(policy=TINY, **{"tasks.multi_turn_code.turns": 2, "tasks.multi_turn_code.reward": "dense"}) as run:
        post_train(run)
        completions = run.artifacts.read(run.artifacts.committed(run.places.at("rounds", 0, "rollout")), "completions")
        assert all(not all(one.loss_mask) for one in completions)
