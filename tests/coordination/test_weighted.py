"""Schedulers that weigh tasks: what each makes of a saturated, a hopeless and two learnable tasks."""

import json
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from astor.coordination.catalogue import scheduler_classes
from astor.coordination.observation import PromptObservation, RoundObservation, TaskObservation
from astor.coordination.scheduler import RoundPlan, Scheduler, TaskInfo
from astor.coordination.schedulers.pac import PacOptions, PacScheduler
from astor.coordination.schedulers.uniform import UniformOptions, UniformScheduler
from astor.errors import UserError

RATES = {"easy": 0.99, "hopeless": 0.01, "one": 0.5, "other": 0.2}
MakeTasks = Callable[..., list[TaskInfo]]


def make(type: str, tasks: Sequence[TaskInfo], **options: object) -> Scheduler:
    kind = scheduler_classes()[type]
    return kind(kind.options_type.model_validate({"type": type, **options}), tasks, 0)


def group(prompt_id: str, scores: np.ndarray) -> PromptObservation:
    """A group whose advantages are standardised."""
    spread = scores.std()
    advantages = (scores - scores.mean()) / spread if spread else np.zeros_like(scores)
    told = tuple(scores.tolist())
    return PromptObservation(prompt_id, told, told, tuple(advantages.tolist()), bool(spread))


def shares_after(scheduler: Scheduler, rounds: int = 24) -> dict[str, float]:
    """Mean shares of the second half of some rounds."""
    shares = []
    for round in range(rounds):
        plan = scheduler.next_round(64)
        shares.append([plan.shares[task] for task in RATES])
        scheduler.observe(answered(round, plan.prompt_ids))
    return dict(zip(RATES, np.mean(shares[rounds // 2 :], axis=0).tolist(), strict=True))


RECIPES: list[dict[str, object]] = [
    {"type": "astor", "warm_up_rounds": 1, "batches": {"by": "dynamic", "draws": 3}},
    {"type": "sec", "batches": {"inflation": 5.0}},
    {"type": "dump"},
    {"type": "pac", "warm_up_rounds": 2},
    {"type": "learnability", "batches": {"by": "dynamic", "draws": 2, "filter": "strict"}},
    {"type": "mt_grpo"},
    {"type": "mt_grpo", "signal": "reward", "weight_decay": 1e-2},
    {"type": "size_proportional", "exponent": 0.5},
    {"type": "fixed", "weights": {"easy": 2, "hopeless": 1, "one": 0, "other": 1}},
    {"type": "curriculum", "phase_rounds": 3},
]


@pytest.mark.parametrize("options", RECIPES, ids=lambda options: str(options["type"]))
def test_a_scheduler_goes_on_from_its_state_bit_for_bit_between_draws_too(
    options: dict[str, object], make_tasks: MakeTasks
) -> None:
    tasks = make_tasks(*RATES, prompts=30)
    whole = make(tasks=tasks, **options)
    play(whole, 3)
    whole.next_round(8)
    again = make(tasks=tasks, **options)
    for scheduler in (whole, again):
        assert all(np.isfinite(list(told.values())).all() for told in scheduler.metrics().values())
    again.load_state_dict(json.loads(json.dumps(whole.state_dict(), allow_nan=False)))
    again.load_prompt_statistics(whole.prompt_statistics())
    for scheduler in (whole, again):
        scheduler.redraw(answered(whole.round - 1, {"one": [f"one-{i:04d}" for i in range(4)]}))
    assert again.state_dict() == whole.state_dict()
    for scheduler in (whole, again):
        scheduler.observe(answered(whole.round - 1, {"one": [f"one-{i:04d}" for i in range(4)]}))
    assert play(again, 2) == play(whole, 2)
    assert again.state_dict() == whole.state_dict()


def play(scheduler: Scheduler, rounds: int) -> list[RoundPlan]:
    """Rounds with their further draws; what was planned."""
    plans = []
    for _ in range(rounds):
        plan = scheduler.next_round(8)
        drawn = {task: list(ids) for task, ids in plan.prompt_ids.items()}
        plans.append(plan)
        while again := scheduler.redraw(answered(plan.round, drawn)):
            for task, ids in again.prompt_ids.items():
                assert not set(ids) & set(drawn[task]), "a prompt was drawn twice"
                drawn[task] += ids
            assert again.quotas == plan.quotas
            plans.append(again)
        observation = answered(plan.round, drawn)
        accepted = scheduler.accept(observation)
        assert accepted <= {prompt for ids in drawn.values() for prompt in ids}
        assert len(accepted) <= 8
        scheduler.observe(observation)
    return plans


def answered(round: int, drawn: dict[str, list[str]]) -> RoundObservation:
    """What coins of each task's rate answer."""
    tasks = {}
    for task, ids in drawn.items():
        random = np.random.default_rng(round)
        groups = tuple(group(i, (random.random(8) < RATES[task]).astype(float)) for i in ids)
        if groups:
            tasks[task] = TaskObservation(groups)
    return RoundObservation(round, tasks)


@pytest.mark.parametrize("name", ["sec", "dump", "learnability", "pac"])
def test_bandits_leave_tasks_without_reward_variance(name: str, make_tasks: MakeTasks) -> None:
    options = {"warm_up_rounds": 4} if name == "pac" else {}
    shares = shares_after(make(name, make_tasks(*RATES, prompts=80), **options))
    assert min(shares["one"], shares["other"]) > 2 * max(shares["easy"], shares["hopeless"])
    assert sum(shares.values()) == pytest.approx(1)


def test_learnability_weighs_by_the_variance_of_scores_above_a_floor(make_tasks: MakeTasks) -> None:
    shares = shares_after(make("learnability", make_tasks(*RATES, prompts=80), floor=0.05))
    assert (shares["one"] - 0.05) / (shares["other"] - 0.05) == pytest.approx(0.25 / 0.16, rel=0.1)
    assert shares["hopeless"] == pytest.approx(0.06, abs=0.02)


def test_mt_grpo_pulls_up_the_task_that_performs_worst(make_tasks: MakeTasks) -> None:
    tasks = make_tasks(*RATES, prompts=200)
    shares = shares_after(make("mt_grpo", tasks), rounds=6)
    assert shares["hopeless"] > shares["other"] > 2 * max(shares["one"], shares["easy"])
    held = shares_after(make("mt_grpo", tasks, signal="reward", weight_decay=10.0), rounds=6)
    assert 0.25 < held["hopeless"] < shares["hopeless"]


def test_dump_tries_first_what_it_knows_least(make_tasks: MakeTasks) -> None:
    scheduler = make("dump", make_tasks("seen", "unseen"))
    scheduler.next_round(8)
    answered = TaskObservation(tuple(group(f"seen-{i:04d}", np.array([0.0, 1.0])) for i in range(4)))
    scheduler.observe(RoundObservation(0, {"seen": answered}))
    bare, scheduler.counts = scheduler.scores(), np.array([4.0, 4.0])
    assert bare[1] > scheduler.scores()[1], "a task that is known gets a smaller bonus"


def test_pac_prefers_progress_among_equal_advantages(make_tasks: MakeTasks) -> None:
    scheduler = PacScheduler(PacOptions(warm_up_rounds=0), make_tasks("up", "flat"), 0)
    for round in range(20):
        scheduler.next_round(8)
        right = min(1 + round // 4, 4)
        up = group("up-0000", np.array([1.0] * right + [0.0] * (8 - right)))
        flat = group("flat-0000", np.array([1.0] * 3 + [0.0] * 5))
        scheduler.observe(RoundObservation(round, {"up": TaskObservation((up,)), "flat": TaskObservation((flat,))}))
    up, flat = scheduler.utilities()
    assert up > 1.5 * flat
    assert scheduler.means[0] > scheduler.means[1]


def test_size_proportional_and_fixed_weights_do_what_they_say(make_tasks: MakeTasks) -> None:
    tasks = [*make_tasks("large", prompts=64), *make_tasks("small", prompts=16)]
    assert make("size_proportional", tasks).next_round(20).quotas == {"large": 16, "small": 4}
    assert make("size_proportional", tasks, exponent=0.5).next_round(15).quotas == {"large": 10, "small": 5}
    assert make("fixed", tasks, weights={"large": 1, "small": 3}).next_round(16).quotas == {"large": 4, "small": 12}
    assert make("fixed", tasks, weights={"large": 0, "small": 3}).next_round(9).quotas == {"large": 0, "small": 9}


def test_a_curriculum_trains_one_task_after_the_other_and_stays_with_the_last(make_tasks: MakeTasks) -> None:
    def tasks_of(**options: object) -> str:
        scheduler, drawn = make("curriculum", make_tasks("a", "b", "c"), **options), ""
        for round in range(7):
            drawn += next(task for task, quota in scheduler.next_round(4).quotas.items() if quota)
            scheduler.observe(RoundObservation(round, {}))
        return drawn

    assert tasks_of(phase_rounds=2) == "aabbccc"
    assert tasks_of(order=["c", "a"], phase_rounds=3) == "cccaaaa"
    assert tasks_of(order=["b", "a", "b"], ends=[1, 4]) == "baaabbb"


def test_what_cannot_be_weighed_is_refused_in_one_sentence(make_tasks: MakeTasks) -> None:
    tasks = make_tasks("code", "tests")
    with pytest.raises(UserError, match=r"scheduler.weights names 'cod'.*code"):
        make("fixed", tasks, weights={"cod": 1})
    with pytest.raises(UserError, match="lacks tests"):
        make("fixed", tasks, weights={"code": 1})
    with pytest.raises(UserError, match="at least 0"):
        make("fixed", tasks, weights={"code": 0, "tests": 0})
    with pytest.raises(UserError, match=r"scheduler\.order names 'x'"):
        make("curriculum", tasks, order=["x"])
    with pytest.raises(ValueError, match="each phase must end after"):
        make("curriculum", tasks, ends=[5, 5])
    for ends in ([], [1, 2, 3]):
        with pytest.raises(UserError, match=r"scheduler\.ends are .* for 2 phases"):
            make("curriculum", tasks, ends=ends)
    with pytest.raises(UserError, match="more than the whole batch"):
        make("learnability", tasks, floor=0.6)


def test_a_specialist_is_held_as_tightly_as_if_there_were_no_other_task(make_tasks: MakeTasks) -> None:
    tasks = make_tasks("easy", "one", prompts=20)
    alone = UniformScheduler(UniformOptions(tasks=("one",), kl_coefficient=0.1), tasks, seed=0).next_round(4)
    together = make("uniform", tasks, kl_coefficient=0.1).next_round(4)
    weighed = make("fixed", tasks, weights={"easy": 0, "one": 1}, kl_coefficient=0.1).next_round(4)
    for plan in (alone, weighed):
        assert (plan.quotas["one"], plan.kl_coefficients["one"]) == (4, pytest.approx(0.2))
    assert set(together.kl_coefficients.values()) == {0.1}
