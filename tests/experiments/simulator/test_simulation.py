"""The simulator itself: what it claims of tasks is what schedulers are shown."""

import numpy as np
import pytest

from astor.coordination.schedulers.learnability import LearnabilityOptions, LearnabilityScheduler
from astor.coordination.schedulers.uniform import UniformOptions, UniformScheduler
from astor.coordination.sketches import RunningSketches, cosine
from astor.experiments.simulator.simulation import Simulation, simulate
from astor.experiments.simulator.world import Shift, SimulatedTask, World
from astor.experiments.simulator.worlds import WORLDS

PAIR = World({"a": SimulatedTask(), "b": SimulatedTask(skill=-2.0)}, cosines={("a", "b"): 0.5}, rate=0.1)


def uniform(world: World, seed: int = 0) -> UniformScheduler:
    return UniformScheduler(UniformOptions(), world.infos(seed), seed)


def test_the_same_seed_gives_the_same_history() -> None:
    first, again = (simulate(uniform(PAIR), PAIR, 5, batch=8) for _ in range(2))
    other = simulate(uniform(PAIR, 1), PAIR, 5, batch=8, seed=1)
    assert (first.scores == again.scores).all()
    assert (first.useful == again.useful).all()
    assert (first.scores != other.scores).any()


def test_tasks_are_learnt_and_one_that_is_only_related_is_learnt_too() -> None:
    history = simulate(uniform(PAIR), PAIR, 60, batch=16)
    assert (history.scores[-1] > history.scores[0] + 0.2).all()
    alone = UniformScheduler(UniformOptions(tasks=("a",)), PAIR.infos(0), 0)
    related = simulate(alone, PAIR, 60, batch=16)
    assert related.generated[:, 1].sum() == 0
    assert 0.05 < related.scores[-1, 1] - related.scores[0, 1] < history.scores[-1, 1] - history.scores[0, 1]


def test_a_world_of_rate_0_stays_as_it_is_but_for_its_shifts() -> None:
    world = World({"a": SimulatedTask()}, rate=0, shifts=(Shift(3, "a", -2.0),))
    scores = simulate(uniform(world), world, 6, batch=4).scores[:, 0]
    assert scores[:3] == pytest.approx(scores[0])
    assert scores[3:] == pytest.approx(scores[3])
    assert scores[3] < scores[0] - 0.2


def test_groups_of_a_saturated_a_hopeless_and_a_noisy_task_are_never_useful_for_long() -> None:
    history = simulate(uniform(WORLDS["mixed"]), WORLDS["mixed"], 20, batch=60)
    useful = dict(zip(history.tasks, (history.useful.sum(0) / history.generated.sum(0)).tolist(), strict=True))
    assert useful["noisy"] == 0
    assert max(useful["saturated"], useful["hopeless"]) < 0.15
    assert useful["easy"] > 0.5


def test_rewards_that_are_coins_teach_nothing_and_have_no_direction() -> None:
    world = World({"coins": SimulatedTask(coins=1.0), "answers": SimulatedTask()}, rate=0.1)
    history = simulate(uniform(world), world, 40, batch=32)
    moved = Simulation(world), history
    assert history.scores[:, 0] == pytest.approx(0.5), "of coins a half is right, whatever was learnt"
    assert history.scores[-1, 1] > 0.8
    simulation, scheduler = moved[0], uniform(world)
    sketches = RunningSketches(0.9, world.names)
    for _ in range(20):
        plan = scheduler.next_round(64)
        tasks, gradients = simulation.answer(plan)
        kept = {name: [gradients[one.prompt_id] for one in seen.prompts] for name, seen in tasks.items()}
        sketches.observe(simulation.update(plan, kept))
    noisy, signal = sketches.reliabilities()
    assert signal > 0.7 > 0.4 > noisy


def test_gradients_have_the_cosines_of_the_world() -> None:
    first, second = PAIR.directions(64, seed=0).astype(np.float32)
    assert cosine(first, second) == pytest.approx(0.5, abs=1e-6)
    impossible = World(dict.fromkeys("abc", SimulatedTask()), {("a", "b"): 0.9, ("b", "c"): 0.9, ("a", "c"): -0.9})
    with pytest.raises(ValueError, match="make them smaller"):
        impossible.directions(64, seed=0)


def test_groups_that_a_batch_discards_were_generated_and_teach_nothing() -> None:
    world, draws = WORLDS["static"], {"by": "dynamic", "draws": 2}
    options = LearnabilityOptions.model_validate({"batches": draws})
    history = simulate(LearnabilityScheduler(options, world.infos(0), 0), world, 5, batch=16)
    assert (history.generated.sum(1) >= 48).all()
    assert (history.kept.sum(1) <= 16).all()
    assert (history.tokens == history.generated * 8 * 20).all()
