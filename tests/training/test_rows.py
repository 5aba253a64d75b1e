from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astor.records import Batch, Completion, Group
from astor.training.rows import TrainingGroup, micro_batches, mini_batch_order, mini_batches, training_groups


def completion(prompt_id: str, rollout: int, length: int = 3, prompt: int = 4) -> Completion:
    return Completion(
        prompt_id=prompt_id,
        rollout=rollout,
        task="a",
        policy_digest="",
        prompt_tokens=(5,) * prompt,
        tokens=(rollout,) * length,
        logp_rollout=(-1.0,) * length,
        loss_mask=(True,) * length,
        text="",
        finish_reason="stop",
    )


def group(
    task: int, informative: bool, name: str = "p", lengths: tuple[int, ...] = (3, 3), prompt: int = 4
) -> TrainingGroup:
    rows = tuple(completion(name, i, length, prompt) for i, length in enumerate(lengths))
    return TrainingGroup(name, task, informative, rows[0].prompt_tokens, rows, (0.0,) * len(rows))


groups = st.lists(st.builds(group, st.integers(0, 3), st.booleans()), max_size=40)


def test_rows_are_the_judged_rollouts_of_kept_groups() -> None:
    batch = Batch(round=0, policy_digest=None, seed=0, temperature=1.0, rows=(), quotas={"b": 1, "a": 2})
    kept = Group(
        prompt_id="p", task="a", rewards=(1.0, None, 0.0), advantages=(0.7, 0.0, -0.7), informative=True, kept=True
    )
    dropped = kept.model_copy(update={"prompt_id": "q", "kept": False})
    rows = [completion(name, i) for name in "qp" for i in (2, 1, 0)]
    (only,) = training_groups(rows, [dropped, kept], batch)
    assert (only.task, only.informative, only.advantages) == (1, True, (0.7, -0.7))
    assert [row.rollout for row in only.completions] == [0, 2]


@given(groups=groups, count=st.integers(1, 6), seed=st.integers(0, 2**64 - 1))
def test_mini_batches_have_their_share_of_every_tasks_groups_and_anchors(
    groups: list[TrainingGroup], count: int, seed: int
) -> None:
    parts = mini_batches(groups, count, seed)
    assert len(parts) == min(count, len(groups))
    assert Counter(map(id, groups)) == Counter(id(group) for part in parts for group in part)
    assert not parts or max(map(len, parts)) - min(map(len, parts)) <= 1
    for kind in {(group.task, group.informative) for group in groups}:
        counts = [sum((group.task, group.informative) == kind for group in part) for part in parts]
        assert max(counts) - min(counts) <= 1


def test_mini_batches_follow_their_seed() -> None:
    many = [group(0, True, name=str(i)) for i in range(20)]
    assert mini_batches(many, 2, seed=1) == mini_batches(many, 2, seed=1) != mini_batches(many, 2, seed=2)


def test_each_epoch_has_its_own_order_of_the_same_mini_batches() -> None:
    order = mini_batch_order(8, epochs=3, seed=5)
    epochs = [order[:8], order[8:16], order[16:]]
    assert epochs[0] == list(range(8))
    assert [sorted(epoch) for epoch in epochs] == [epochs[0]] * 3
    assert epochs[0] != epochs[1] != epochs[2]
    assert mini_batch_order(8, epochs=3, seed=5) == order != mini_batch_order(8, epochs=3, seed=6)


@given(
    shapes=st.lists(st.tuples(st.lists(st.integers(1, 9), min_size=1, max_size=5), st.integers(1, 9)), max_size=12),
    tokens=st.integers(1, 120),
)
def test_micro_batches_hold_every_row_once_within_the_budget(shapes: list[tuple[list[int], int]], tokens: int) -> None:
    groups = [group(0, bool(i % 2), str(i), tuple(lengths), prompt) for i, (lengths, prompt) in enumerate(shapes)]
    pieces = micro_batches(groups, tokens)
    rows = [(row.prompt_id, row.rollout) for piece in pieces for group in piece for row in group.completions]
    assert sorted(rows) == sorted((row.prompt_id, row.rollout) for group in groups for row in group.completions)
    for piece in pieces:
        count = sum(len(group.completions) for group in piece)
        width = max(len(group.prompt) for group in piece) + max(group.longest for group in piece)
        assert count * width <= tokens or count == 1
        flags = [group.informative for group in piece]
        assert flags == sorted(flags, reverse=True), "informative groups come first"


@pytest.mark.parametrize(("tokens", "pieces"), [(14, 1), (13, 2), (7, 2), (1, 2)])
def test_a_group_that_is_too_large_is_cut(tokens: int, pieces: int) -> None:
    assert len(micro_batches([group(0, True)], tokens)) == pieces
