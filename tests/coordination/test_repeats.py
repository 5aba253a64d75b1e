"""What equal answers with different scores say of a reward."""

import json
from collections.abc import Sequence
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astor.coordination.observation import PromptObservation, RoundObservation, TaskObservation, observe_round
from astor.coordination.repeats import PRIOR, Repeats, pure_error
from astor.records import Group, Outcome, Verdict

groups = st.lists(st.tuples(st.integers(0, 3), st.sampled_from((0.0, 0.1, 0.3, 1.0))), min_size=2, max_size=8)


def group(told: Sequence[tuple[int, float]]) -> PromptObservation:
    """A prompt whose rollouts have these answers and scores."""
    answers, scores = zip(*told, strict=True)
    return PromptObservation("p", scores, scores, scores, len(set(scores)) > 1, answers=answers)


def observed(*rounds: Sequence[PromptObservation]) -> Repeats:
    repeats = Repeats(("a",))
    for round, prompts in enumerate(rounds):
        repeats.observe(RoundObservation(round, {"a": TaskObservation(tuple(prompts))} if prompts else {}))
    return repeats


def coins(random: np.random.Generator, size: int, signal: float = 0.0) -> PromptObservation:
    """Answers of a few texts, of which the text itself is paid with probability `signal`, else a coin is."""
    answers = random.integers(0, 4, size)
    tossed = random.random(size) >= signal
    scores = np.where(tossed, random.integers(0, 2, size), answers % 2)
    return group(list(zip(answers.tolist(), scores.astype(float).tolist(), strict=True)))


@given(st.lists(st.lists(groups, max_size=4), min_size=1, max_size=4))
def test_a_reward_of_the_answer_alone_has_a_factor_of_exactly_1_or_none(
    rounds: list[list[list[tuple[int, float]]]],
) -> None:
    paid = (0.0, 0.1, 0.3, 1.0)
    lived = observed(*[[group([(a, paid[a]) for a, _ in told]) for told in prompts] for prompts in rounds])
    answers = [[answer for answer, _ in told] for prompts in rounds for told in prompts]
    repeated = any(1 < len(set(of_group)) < len(of_group) for of_group in answers)
    assert lived.factors[0] == 1.0 if repeated else np.isnan(lived.factors[0])


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from((0.0, 0.1, 1.0))), min_size=2, max_size=5))
def test_what_coins_would_give_is_the_mean_over_all_ways_to_give_the_scores_to_the_answers(
    told: list[tuple[int, float]],
) -> None:
    answers, scores = zip(*told, strict=True)
    ways = [pure_error(group(list(zip(answers, way, strict=True)))) for way in permutations(scores)]
    assert np.mean([within for within, _, _ in ways]) == pytest.approx(ways[0][1])


@pytest.mark.parametrize(("prompts", "rollouts"), [(1, 8), (2, 4), (6, 8), (40, 4), (18, 16)])
def test_the_factor_of_coins_goes_low_whatever_the_batch_size(prompts: int, rollouts: int) -> None:
    random = np.random.default_rng(0)
    lived = observed(*[[coins(random, rollouts) for _ in range(prompts)] for _ in range(40)])
    assert lived.factors[0] < 0.25


def test_rewards_that_are_coins_in_part_lie_between() -> None:
    random = np.random.default_rng(0)
    found = [
        observed(*[[coins(random, 8, signal) for _ in range(12)] for _ in range(40)]).factors[0]
        for signal in (0.0, 0.5, 0.8, 1.0)
    ]
    assert found == sorted(found)
    assert found[0] < 0.1 < found[1] < 0.5 < found[2] < 0.9 < found[3] == 1


@settings(max_examples=50)
@given(st.lists(groups, min_size=1, max_size=4), st.randoms())
def test_the_order_of_prompts_rollouts_and_answers_does_not_matter(
    prompts: list[list[tuple[int, float]]], random: object
) -> None:
    first = observed([group(told) for told in prompts])
    shuffled = [random.sample([(9 - answer, score) for answer, score in told], len(told)) for told in prompts]  # type: ignore[attr-defined]
    again = observed([group(told) for told in reversed(shuffled)])
    assert again.factors == pytest.approx(first.factors, nan_ok=True)


def test_nothing_is_known_before_answers_repeat_and_absence_changes_nothing() -> None:
    single = group([(0, 1.0), (1, 0.0)])
    assert np.isnan(observed([single]).factors[0])
    unknown = PromptObservation("p", (1.0, 0.0), (), (), True)
    assert np.isnan(observed([unknown]).factors[0])
    flaky = group([(0, 1.0), (0, 0.0), (1, 0.0)])
    alike = group([(0, 1.0), (0, 1.0), (0, 1.0)])
    known = observed([flaky]).factors[0]
    assert observed([flaky], [], [single], [alike]).factors[0] == known
    assert known == 1 - 1 / (1 + PRIOR), "one repeat against those that the prior counts as"


def test_a_state_goes_through_json_bit_for_bit() -> None:
    random = np.random.default_rng(0)
    lived = observed(*[[coins(random, 8)] for _ in range(5)])
    again = Repeats(("a",))
    again.load_state_dict(json.loads(json.dumps(lived.state_dict())))
    assert again.state_dict() == lived.state_dict()
    assert again.factors.tolist() == lived.factors.tolist()


def test_answers_of_a_round_are_numbered_by_their_texts_and_those_without_a_score_left_out() -> None:
    scores = (1.0, None, 0.0, 1.0)
    verdicts = [
        Verdict(
            prompt_id="p",
            rollout=rollout,
            task="a",
            outcome=Outcome.INFRASTRUCTURE_ERROR if score is None else Outcome.PASSED,
            score=score,
        )
        for rollout, score in enumerate(scores)
    ]
    formed = Group(
        prompt_id="p", task="a", rewards=scores, advantages=(1.0, 0.0, -1.0, 0.0), informative=True, kept=True
    )
    texts = {("p", rollout): text for rollout, text in enumerate(("7", "8", "7", " 7"))}
    observation = observe_round(0, verdicts, [formed], None, texts)
    assert observation.tasks["a"].prompts[0].answers == (0, 0, 1)
    assert observe_round(0, verdicts, [formed], None).tasks["a"].prompts[0].answers == ()
