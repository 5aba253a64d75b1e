"""data probe: items get their difficulty from what a policy makes of them."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from astor.data.prepared import PreparedOptions, PreparedSource, read_manifest
from astor.data.splits import SplitOptions
from astor.errors import UserError
from astor.policies.live import keep_trained
from astor.policies.options import TinyOptions, WarmStartOptions
from astor.policies.policy import Policy
from astor.policies.ranks import Ranks
from astor.records import Demonstration, Item, Message, PreparedManifest
from astor.rollout.engine import Request, Sample, Sampler
from astor.rollout.engines.ranked import RankedEngine
from astor.rollout.options import TransformersEngineOptions
from astor.sandbox import Sandbox, SandboxOptions
from astor.steps.dataset import Dataset, DatasetOptions
from astor.steps.probe import BUCKETS, ProbeOptions, bucket, probe
from astor.storage import PolicyRef
from astor.tasks.commit_message import CommitMessage, CommitMessageOptions
from astor.tasks.io_prediction import IOPrediction, IOPredictionOptions
from astor.tasks.task import Task
from astor.training.warm_start import warm_start
from tests.steps.test_steps_dataset import line, source

QUESTIONS: dict[str, Task] = {"io_prediction": IOPrediction(IOPredictionOptions(max_tokens=4))}
COMMITS: dict[str, Task] = {"commit_message": CommitMessage(CommitMessageOptions())}


class CountingEngine(RankedEngine):
    """Counts what it is asked, and is killed when it has been asked `at_most` times."""

    def __init__(self, policy: Policy, at_most: int = 100) -> None:
        ranks = Ranks(1, threads=1)
        keep_trained(ranks.world, policy)
        super().__init__(ranks, TransformersEngineOptions())
        self.asked, self.at_most = 0, at_most

    def generate(self, policy: PolicyRef, requests: Sequence[Request]) -> list[Sample]:
        if self.asked == self.at_most:
            raise KeyboardInterrupt
        self.asked += 1
        return super().generate(policy, requests)


@pytest.fixture(scope="module")
def policy() -> Policy:
    turns = (Message(role="user", content="def f(x):\n    return x + 1\nf(3) == ?"),)
    demonstrations = [Demonstration(task="io_prediction", messages=turns, answer="4")] * 8
    options = TinyOptions(hidden_size=48, vocabulary=160, warm_start=WarmStartOptions(steps=1, batch_size=8))
    return warm_start(demonstrations, options, seed=0)


@pytest.fixture
def directory(tmp_path: Path) -> str:
    data = source(tmp_path / "data.jsonl", [line(number) for number in range(7)])
    Dataset("data", data, str(tmp_path / "out"), DatasetOptions(verify=False, per_part=4), {}).write(None)
    return str(tmp_path / "out")


def probed(directory: str, policy: Policy, engine: CountingEngine, tasks: dict[str, Task]) -> PreparedManifest:
    with Sandbox(SandboxOptions(workers=1)) as sandbox:
        return probe(
            directory,
            Sampler(engine, policy.chat, policy.ref),
            tasks,
            sandbox,
            ProbeOptions(samples=2, items=3),
            "tiny",
        )


def items(directory: str) -> list[Item]:
    return list(PreparedSource(PreparedOptions(path=directory), SplitOptions()).items())


def test_buckets_are_fifths_and_none_is_unknown() -> None:
    assert [bucket(rate) for rate in (1.0, 0.9, 0.7, 0.5, 0.3, 0.2, 0.0)] == [1, 1, 2, 3, 4, 5, BUCKETS]


def test_a_stopped_probe_goes_on_and_writes_every_items_bucket_at_once(directory: str, policy: Policy) -> None:
    before = read_manifest(directory)
    with pytest.raises(KeyboardInterrupt):
        probed(directory, policy, CountingEngine(policy, at_most=2), QUESTIONS)
    assert read_manifest(directory) == before
    assert {item.difficulty for item in items(directory)} == {0}
    engine = CountingEngine(policy)
    manifest = probed(directory, policy, engine, QUESTIONS)
    assert engine.asked == 1, "of three blocks, of three, one and three items, two stood"
    assert manifest == read_manifest(directory)
    assert manifest.probed == {"policy": "tiny", "samples": 2, "items": 7, "mean": manifest.probed["mean"]}
    assert [item.difficulty for item in items(directory)] == [BUCKETS] * 7, "it knows no answer"
    lies = {str(path.relative_to(directory)) for path in Path(directory).rglob("*") if path.is_file()}
    assert lies == {"manifest.json", *manifest.files}


def test_tasks_that_cannot_ask_are_named(directory: str, policy: Policy) -> None:
    with pytest.raises(UserError, match="None of commit_message can ask about an item"):
        probed(directory, policy, CountingEngine(policy), COMMITS)
    assert json.loads((Path(directory) / "manifest.json").read_bytes())["probed"] == {}


def test_a_dataset_is_written_anew_where_a_probe_was_stopped(directory: str, tmp_path: Path, policy: Policy) -> None:
    with pytest.raises(KeyboardInterrupt):
        probed(directory, policy, CountingEngine(policy, at_most=2), QUESTIONS)
    data = source(tmp_path / "data.jsonl", [line(number) for number in range(3)])
    dataset = Dataset("data", data, directory, DatasetOptions(verify=False), {})
    dataset.writer.start_over()
    assert dataset.write(None).kept == 3
