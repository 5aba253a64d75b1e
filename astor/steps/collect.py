"""collect: a policy's trajectories on a recipe's problems, judged and cut into items that an ordinary run trains on."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import Field, ValidationError

from astor.coordination.partial_trajectories import CutOptions, PartialTrajectory, cut_trajectories
from astor.coordination.state import generator
from astor.data.catalogue import make_source
from astor.data.prepared import Writer
from astor.errors import UserError
from astor.explain import explain
from astor.options import Options
from astor.records import (
    MANIFEST,
    Conversation,
    Item,
    PreparedManifest,
    Prompt,
    Trajectory,
    references_by_prompt,
)
from astor.records.collection import COLLECTION, Collection, read_collection
from astor.rollout.measure import measure_turns
from astor.rollout.turns import TurnsOptions
from astor.run.places import COLLECTIONS
from astor.run.progress import report_progress
from astor.run.run import Run
from astor.steps.initialise import initialise
from astor.steps.prepare import prepare
from astor.storage import ArtifactRef, PolicyRef, digest_json, load, locate
from astor.tasks.multi_turn.capability import MultiTurn
from astor.tasks.multi_turn.conversation import has_begun
from astor.tasks.multi_turn.problem import Problem
from astor.tasks.task import Task

BLOCKS = "trajectories"


class CollectOptions(Options):
    """How trajectories are collected."""

    trajectories: int = Field(default=16, ge=1)
    """Trajectories of each problem (Cobalt's code)."""
    turns: int = Field(default=3, ge=1)
    """Programs of each trajectory (Cobalt's code; 9 in its evaluation)."""
    temperature: float = Field(default=0.6, ge=0, le=2)
    """Sampling temperature (Cobalt's code, which has top-p 0.95 beside it)."""
    perturbed: float = Field(default=0.0, ge=0, le=1)
    """Share of problems that are collected once more with two wrong public tests, in [0, 1]; where all tests expect
    the same there are none. The reward of what is cut from them uses the true tests."""
    block: int = Field(default=64, ge=1)
    """Problems whose trajectories are committed together: most that an interruption loses."""
    seed: int = Field(default=0, ge=0)


class Collected(NamedTuple):
    """What a collection came to."""

    problems: int
    trajectories: int
    prompts: dict[str, int]
    """Split → prompts that the items make: what `data.prompts` must at least ask for."""
    tokens: int
    """That the policy generated."""
    policy: Path
    """Directory of the policy that wrote them, to go on training from."""


def collect(run: Run, directory: str, options: CollectOptions) -> Collected:
    """Collect on every problem of the recipe, into `directory`, a local path or `s3://` URI, which becomes a source.

    Conversations that have begun are no problems: a policy that was trained on a collection can collect on it again.
    Goes on from the last block that was committed; the manifest is written at the end, so that nothing half-written is
    a source. All splits are collected: held-out and promotion problems give the validation prompts of Cobalt.

    Raises:
        UserError: the recipe has not one task over turns, or no problem, or the directory holds another collection.
    """
    task, multi_turn = task_over_turns(run)
    found = _find_collection(directory)
    prepared = prepare(run)
    policy = initialise(run, prepared.prompts)
    wanted = Collection(
        policy=policy.digest,
        prompts=prepared.prompts.digest,
        references=prepared.references.digest,
        feedback=multi_turn.options.model_dump(mode="json"),
        splits=run.recipe.data.splits.model_dump(),
        options=options.model_dump(),
    )
    prompts = [
        prompt
        for prompt in run.artifacts.read(prepared.prompts, "prompts")
        if prompt.task == task.key and not has_begun(prompt.messages)
    ]
    if not prompts:
        raise UserError("The recipe's sources give no problem without an answer to it: add one under data.sources.")
    _claim(directory, found, wanted)
    blocks = [prompts[start : start + options.block] for start in range(0, len(prompts), options.block)]
    trajectories: list[Trajectory] = []
    for number, block in enumerate(blocks):
        place = f"{directory}/{BLOCKS}/{number:05d}"
        collected = run.artifacts.find(place)
        if collected is None:
            collected = _commit_block(run, place, policy, prepared.references, block, multi_turn, options)
        trajectories += run.artifacts.read(collected, "trajectories")
        report_progress("collect", min((number + 1) * options.block, len(prompts)), len(prompts))
    chat = run.services.policies.chat(policy)
    room = chat.context - task.options.max_tokens
    cut = CutOptions(prompt_tokens=min(CutOptions().prompt_tokens, room))
    partials = cut_trajectories(trajectories, lambda messages: len(chat.encode(messages)), cut)
    split_of = {prompt.id: prompt.split for prompt in prompts}
    items = list(_items(run, partials, prompts))
    _write_items(directory, items, run.recipe.name, task.name, wanted)
    return Collected(
        problems=len(prompts),
        trajectories=len(trajectories),
        prompts=dict(Counter(split_of[partial.problem].value for partial in partials)),
        tokens=sum(turn.tokens for one in trajectories for turn in one.turns),
        policy=load(policy.committed).part("policy"),
    )


def collection_place(run: Run, options: CollectOptions) -> str:
    """Where a collection lies in the run's store: one place for each recipe and way of collecting."""
    key = digest_json(options.model_dump())[:8]
    return f"{run.places.root}/{COLLECTIONS}/{run.places.name}-{key}"


def read_options(given: Mapping[str, Any]) -> CollectOptions:
    """The options as people gave them; UserError where one is wrong."""
    try:
        return CollectOptions.model_validate(dict(given))
    except ValidationError as error:
        raise UserError(f"Nothing can be collected so: {explain(error, CollectOptions)}.") from error


def task_over_turns(run: Run) -> tuple[Task, MultiTurn]:
    """The recipe's one task that replies to answers; UserError where it has none, or several."""
    found = [(task, task.multi_turn) for task in run.tasks.values() if task.multi_turn]
    if not found:
        raise UserError(f"The recipe {run.recipe.name} has no task over turns: add multi_turn_code under tasks.")
    if len(found) > 1:
        keys = ", ".join(task.key for task, _ in found)
        raise UserError(f"The recipe {run.recipe.name} has several tasks over turns ({keys}): leave one under tasks.")
    return found[0]


def _find_collection(directory: str) -> Collection | None:
    """What is collected in the directory already; UserError where it holds, or is, something else."""
    if "://" not in directory and Path(directory).is_file():
        raise UserError(f"{directory} is a file: give another --out.")
    if found := read_collection(directory):
        return found
    store, key = locate(directory)
    # What was being written of a collection's file when an interruption came begins with a dot.
    if any(not name.startswith(f"{key}/.{COLLECTION}") for name in store.keys(key)):
        raise UserError(f"{directory} is not empty and holds no collection: give another --out.")
    return None


def _claim(directory: str, found: Collection | None, wanted: Collection) -> None:
    """Say in the directory what is collected there; UserError where something of another collection is."""
    if found == wanted:
        return
    store, key = locate(directory)
    if found is not None and any(name.endswith(f"/{MANIFEST}") for name in store.keys(f"{key}/{BLOCKS}")):
        names = " and ".join(name for name, value in wanted if getattr(found, name) != value)
        raise UserError(f"{directory} holds a collection with other {names}: remove it, or give another --out.")
    store.replace(f"{key}/{COLLECTION}", wanted.model_dump_json().encode())


def _commit_block(
    run: Run,
    place: str,
    policy: PolicyRef,
    references: ArtifactRef,
    prompts: Sequence[Prompt],
    multi_turn: MultiTurn,
    options: CollectOptions,
) -> ArtifactRef:
    """Roll out, with public tests alone; then judge by hidden ones, and commit. The ref of what stands there."""
    settings = TurnsOptions(
        trajectories=options.trajectories,
        turns=options.turns,
        temperature=options.temperature,
        seed=options.seed,
    )
    problems = [Problem.of(prompt) for prompt in prompts]
    for prompt in prompts:
        drawn = generator(options.seed, prompt.id, "perturbed").random() < options.perturbed
        if drawn and (changed := Problem.with_wrong_tests(prompt, options.seed)):
            problems.append(changed)
    known = run.artifacts.read(references, "references", references_by_prompt)
    sampler, sandbox = run.services.policies.sampler(policy), run.services.sandbox
    judged = measure_turns(sampler, multi_turn, sandbox, problems, known, settings)
    return run.artifacts.commit(place, {"policy": policy, "references": references}, trajectories=judged)


def _items(run: Run, partials: Sequence[PartialTrajectory], prompts: Sequence[Prompt]) -> Iterator[Item]:
    """A problem alone is its item; a conversation about it is an item of the same split. Both in the order given."""
    item_ids = {prompt.id: prompt.item_id for prompt in prompts}
    problems = _find_items(run, {item_ids[partial.problem] for partial in partials})
    asked = {prompt.id: len(prompt.messages) for prompt in prompts}
    for partial in partials:
        item = problems[item_ids[partial.problem]]
        if partial.programs:
            assert not isinstance(item.content, Conversation), item.id
            said = partial.messages[asked[partial.problem] :]
            content = Conversation(problem=item.content, said=said, prev_best=partial.prev_best)
            name = f"{item.id}{partial.id.removeprefix(partial.problem)}"
            item = item.model_copy(update={"id": name, "content": content})
        yield item


def _find_items(run: Run, wanted: set[str]) -> dict[str, Item]:
    """The items of the recipe's sources with these identifiers."""
    data = run.recipe.data
    sources = [make_source(options, data.splits) for options in data.sources]
    found: dict[str, Item] = {}
    for turn in zip_longest(*(source.items() for source in sources)):
        found |= {item.id: item for item in turn if item is not None and item.id in wanted}
        if len(found) == len(wanted):
            break
    return found


def _write_items(directory: str, items: Sequence[Item], source: str, task: str, collection: Collection) -> None:
    """The items as a prepared directory; its manifest last."""
    writer, made_from = Writer(directory), digest_json(collection.model_dump(mode="json"))
    # Beside what an earlier collection left, which counts until the new manifest stands.
    part = writer.write_part(0, items, read=len(items), dropped={}, prompts={task: len(items)}, beside=True)
    manifest = PreparedManifest.of([part], {}, format="trajectories", source=source, made_from=made_from, verified=True)
    writer.finish(manifest)
