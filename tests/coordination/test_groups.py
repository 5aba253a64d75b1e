from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astor.coordination.groups import GroupOptions, form_groups, shuffle_verdicts, valid_advantages
from astor.coordination.quotas import Floats
from astor.errors import UserError
from astor.records import Group, Outcome, Verdict


def verdicts_of(prompt_id: str, scores: Sequence[float | None], task: str = "a") -> list[Verdict]:
    outcomes = {None: Outcome.INFRASTRUCTURE_ERROR, 1.0: Outcome.PASSED}
    return [
        Verdict(prompt_id=prompt_id, rollout=i, task=task, outcome=outcomes.get(score, Outcome.FAILED), score=score)
        for i, score in enumerate(scores)
    ]


def centred(rewards: Floats) -> Floats:
    return rewards - rewards.mean()


def form(verdicts: list[Verdict], quota: int = 8, beta: float = 1e-3, **options: object) -> list[Group]:
    chosen = GroupOptions(largest_failure_share=1.0, **options)
    groups, _ = form_groups(verdicts, lambda verdict: verdict.score, centred, chosen, {"a": quota}, {"a": beta})
    return groups


rewards = st.lists(st.none() | st.floats(0, 1), min_size=1, max_size=16)


@given(rewards=rewards)
def test_a_group_is_informative_exactly_where_an_advantage_is_not_zero(rewards: list[float | None]) -> None:
    advantages = valid_advantages(rewards, centred, tolerance=1e-6)
    valid = [reward for reward in rewards if reward is not None]
    assert np.isfinite(advantages).all()
    assert sum(advantages) == pytest.approx(0, abs=1e-6)
    assert all(a == 0 for a, reward in zip(advantages, rewards, strict=True) if reward is None)
    assert any(advantages) == (len(valid) > 1 and max(valid) - min(valid) > 1e-6)


@pytest.mark.parametrize("constant", [0.0, 0.1, 1.0])
def test_a_constant_group_is_an_anchor_whatever_the_constant(constant: float) -> None:
    (group,) = form(verdicts_of("p", [constant] * 4))
    assert (group.informative, group.kept, group.advantages) == (False, True, (0.0,) * 4)


def test_anchors_fill_up_to_half_of_the_quota_and_no_further() -> None:
    """Four groups at a quota of four, as in every round without redraws: two are kept, whichever."""
    constant = [verdicts_of(name, [0.0, 0.0]) for name in "pqrs"]
    varied = [verdicts_of(name, [0.0, 1.0]) for name in "pqrs"]
    for informative, anchors in ((0, 2), (1, 1), (2, 0), (3, 0)):
        groups = form([v for of_prompt in constant[informative:] + varied[:informative] for v in of_prompt], quota=4)
        assert sum(group.kept and not group.informative for group in groups) == anchors
        assert all(group.kept for group in groups if group.informative)


@pytest.mark.parametrize(("share", "kept"), [(0.0, 0), (0.1, 1), (0.5, 2), (0.6, 3), (1.0, 3)])
def test_their_share_of_the_quota_is_an_option(share: float, kept: int) -> None:
    verdicts = [v for name in "pqr" for v in verdicts_of(name, [0.0, 0.0])]
    assert sum(group.kept for group in form(verdicts, quota=4, anchors=share)) == kept


def test_without_kl_term_or_by_option_there_are_no_anchors() -> None:
    verdicts = verdicts_of("p", [1.0, 1.0])
    assert not form(verdicts, beta=0.0)[0].kept
    assert not form(verdicts, anchors=0.0)[0].kept


def test_a_rollout_that_was_not_judged_has_no_reward_and_no_advantage() -> None:
    (group,) = form(verdicts_of("p", [1.0, None, 0.0, 0.0]))
    assert group.informative
    assert group.rewards == (1.0, None, 0.0, 0.0)
    assert group.advantages[1] == 0.0
    assert group.advantages[0] > 0


def test_a_group_with_fewer_than_half_of_its_rollouts_judged_is_dropped_and_counted() -> None:
    verdicts = [*verdicts_of("p", [1.0, None, None]), *verdicts_of("q", [1.0, 0.0, None])]
    options = GroupOptions(largest_failure_share=1.0)
    groups, counts = form_groups(verdicts, lambda v: v.score, centred, options, {"a": 2, "b": 0}, {"a": 1.0, "b": 1.0})
    assert [group.kept for group in groups] == [False, True]
    assert (counts["a"].groups, counts["a"].informative, counts["a"].dropped, counts["a"].failures) == (2, 1, 1, 3)
    assert counts["b"].groups == 0


def test_too_many_failures_of_the_machine_stop_the_round() -> None:
    verdicts = verdicts_of("p", [1.0, None, 0.0])
    with pytest.raises(UserError, match="1 of 3 rollouts"):
        form_groups(verdicts, lambda v: v.score, centred, GroupOptions(), {"a": 1}, {"a": 1.0})


def test_groups_follow_their_prompts_and_rewards_their_rollouts() -> None:
    verdicts = [*verdicts_of("q", [0.2, 0.4]), *verdicts_of("p", [0.0, 1.0])]
    shuffled = [verdicts[1], verdicts[0], verdicts[3], verdicts[2]]
    assert [(group.prompt_id, group.rewards) for group in form(shuffled)] == [("q", (0.2, 0.4)), ("p", (0.0, 1.0))]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from([0.0, 0.5, 1.0, None])), max_size=30))
def test_shuffled_rewards_stay_within_their_task(rows: list[tuple[str, float | None]]) -> None:
    verdicts = [verdicts_of(f"p{i}", [score], task)[0] for i, (task, score) in enumerate(rows)]
    shuffled = shuffle_verdicts(verdicts, np.random.default_rng(0))
    assert [(v.prompt_id, v.task) for v in shuffled] == [(v.prompt_id, v.task) for v in verdicts]
    for task in "ab":
        before, after = ([(v.outcome, v.score) for v in many if v.task == task] for many in (verdicts, shuffled))
        assert sorted(before, key=str) == sorted(after, key=str)


def test_what_a_reward_is_computed_from_moves_as_a_whole() -> None:
    verdicts = [v.model_copy(update={"data": {"points": v.score}}) for v in verdicts_of("p", [0.0, 0.25, 0.5, 0.75])]
    shuffled = shuffle_verdicts(verdicts, np.random.default_rng(0))
    assert [v.score for v in shuffled] != [v.score for v in verdicts]
    assert all(v.data == {"points": v.score} for v in shuffled)


def test_groups_that_a_batch_does_not_accept_are_discarded_and_make_room_for_anchors() -> None:
    verdicts = [v for name in "pq" for v in verdicts_of(name, [0.0, 1.0])] + verdicts_of("r", [0.0, 0.0])
    options = GroupOptions(anchors=1.0)
    shown: list[str] = []

    def accept(groups: Sequence[Group]) -> set[str]:
        shown.extend(group.prompt_id for group in groups)
        return {"q", "r"}

    groups, counts = form_groups(verdicts, lambda v: v.score, centred, options, {"a": 2}, {"a": 1.0}, accept)
    assert shown == ["p", "q", "r"]
    assert [(group.informative, group.kept) for group in groups] == [(True, False), (True, True), (False, True)]
    assert (counts["a"].informative, counts["a"].anchors) == (2, 1)
