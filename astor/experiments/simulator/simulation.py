"""A scheduler in a world: rounds are planned, answered, observed and learnt from, as in a run, without a model."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astor.coordination.observation import PromptObservation, RoundObservation, TaskObservation
from astor.coordination.scheduler import RoundPlan, Scheduler
from astor.experiments.simulator.world import Floats, World
from astor.records import TaskUpdate, UpdateReport

SKETCH = 64
"""Numbers in a sketch of a gradient: enough for the directions of a few tasks."""


@dataclass(frozen=True)
class History:
    """(R, K) figures of every round and task; scores are expected ones over all prompts, at the round's beginning."""

    tasks: tuple[str, ...]
    shares: Floats
    scores: Floats
    generated: NDArray[np.int64]
    """Groups rolled out."""
    useful: NDArray[np.int64]
    """Groups whose scores differ and tell more than noise: none of a task with coins for scores."""
    kept: NDArray[np.int64]
    """Informative groups that the update got."""
    tokens: NDArray[np.int64]

    def share(self, task: str, rounds: slice = slice(None)) -> float:
        """Mean share of a task."""
        return float(self.shares[rounds, self.tasks.index(task)].mean())


class Simulation:
    """The world as it changes. Every draw descends from `seed`."""

    def __init__(self, world: World, seed: int = 0, rollouts: int = 8) -> None:
        self.world, self.rollouts = world, rollouts
        self.random, self.writing = np.random.default_rng([seed, 1]), np.random.default_rng([seed, 2])
        self.difficulties, self.transfer = world.difficulties(seed), world.transfer()
        self.directions = world.directions(SKETCH, seed)
        self.skills, self.first = world.column("skill"), world.column("skill")

    def probabilities(self, task: int, positions: NDArray[np.int64] | slice = slice(None)) -> Floats:
        """Chance of a right answer to prompts of a task."""
        of_task = list(self.world.tasks.values())[task]
        chances: Floats = 1 / (1 + np.exp(self.difficulties[task][positions] - self.skills[task]))
        return of_task.lowest + (of_task.highest - of_task.lowest) * chances

    def scores(self) -> Floats:
        """(K,) expected score over all prompts of each task; of coins, a half."""
        coins, answers = self.world.column("coins"), [self.probabilities(k).mean() for k in range(len(self.skills))]
        expected: Floats = (1 - coins) * np.array(answers) + coins / 2
        return expected

    def answer(self, plan: RoundPlan) -> tuple[dict[str, TaskObservation], dict[str, float]]:
        """What the plan's prompts are answered, and each group's gradient along its task's direction."""
        tasks, gradients = dict[str, TaskObservation](), dict[str, float]()
        for number, (name, task) in enumerate(self.world.tasks.items()):
            ids = plan.prompt_ids[name]
            if not ids:
                continue
            positions = np.array([int(prompt_id.rpartition("-")[2]) for prompt_id in ids])
            chances = self.probabilities(number, positions)[:, None]
            size = (len(ids), self.rollouts)
            right = self.random.binomial(task.grain, np.broadcast_to(chances, size)) / task.grain
            tossed = self.random.random(size) < task.coins
            scores = np.where(tossed, self.random.integers(0, 2, size), right)
            spread = scores.std(axis=1, keepdims=True)
            advantages = np.divide(
                scores - scores.mean(axis=1, keepdims=True), spread, out=np.zeros(size), where=spread > 1e-9
            )
            # The likelihood ratio: advantage times what the answer says of the skill, whatever it was paid.
            along = (advantages * (right - chances)).mean(axis=1) * np.sqrt(task.grain)
            gradients.update(zip(ids, along.tolist(), strict=True))
            parts = np.rint(right * task.grain).astype(np.int64)
            answers = parts * task.texts + self.writing.integers(0, task.texts, size)
            told = zip(ids, scores.tolist(), advantages.tolist(), spread[:, 0].tolist(), answers.tolist(), strict=True)
            tasks[name] = TaskObservation(
                tuple(
                    PromptObservation(
                        prompt_id,
                        tuple(score),
                        tuple(score),
                        tuple(advantage),
                        deviation > 1e-9,
                        task.tokens * size[1],
                        tuple(answer),
                    )
                    for prompt_id, score, advantage, deviation, answer in told
                )
            )
        return tasks, gradients

    def update(self, plan: RoundPlan, kept: Mapping[str, list[float]], preconditioned: bool = False) -> UpdateReport:
        """Learn from the gradients of the groups that were kept, per task; what an update would report.

        A task's step is its quota's share times the mean of its groups' gradients, and moves the others by their cosine
        with it. Skills are logits; KL is taken to grow with their square. Adam's metric is taken to be the plain one.
        """
        quotas = np.array([plan.quotas[name] for name in self.world.names], np.float64)
        means = np.array([np.mean(kept[name]) if kept.get(name) else 0.0 for name in self.world.names])
        steps = self.world.rate * 2 * quotas / quotas.sum() * means
        moved = self.transfer @ steps
        self.skills = self.skills + self.world.column("rate") * moved
        told = zip(self.world.names, (moved * means).tolist(), ((self.skills - self.first) ** 2).tolist(), strict=True)
        tasks = {
            name: TaskUpdate.model_construct(
                tokens=self.world.tasks[name].tokens * self.rollouts * len(kept.get(name, ())),
                informative_groups=len(kept.get(name, ())),
                sketched_groups=len(kept.get(name, ())),
                anchors=0,
                loss_before=0.0,
                loss_after=-gained,
                kl=0.01 * distance,
                entropy=1.0,
                clipped_share=0.0,
                engine_difference=0.0,
            )
            for name, gained, distance in told
        }
        return UpdateReport.model_construct(
            round=plan.round,
            tasks=tasks,
            optimizer_steps=1,
            skipped_steps=0,
            gradient_norm=1.0,
            learning_rate=self.world.rate,
            preconditioned=preconditioned,
            sketches={name: self._sketch(number, kept.get(name, [])) for number, name in enumerate(self.world.names)},
        )

    def _sketch(self, task: int, along: list[float]) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Two halves of the task's mean gradient over its groups, each group's in noise of its own."""
        halves = []
        for half in (along[0::2], along[1::2]):
            noise = self.world.gradient_noise / 2 * np.sqrt(len(half) / SKETCH) * self.random.normal(size=SKETCH)
            total = (sum(half) * self.directions[task] + noise) / max(len(along), 1)
            halves.append(tuple(total.tolist()))
        return halves[0], halves[1]


def simulate(scheduler: Scheduler, world: World, rounds: int, batch: int = 64, seed: int = 0) -> History:
    """Rounds of a scheduler that was made for `world.infos(seed)`."""
    simulation, names = Simulation(world, seed), world.names
    report: UpdateReport | None = None
    figures: dict[str, list[list[float]]] = {name: [] for name in ("shares", "scores", "generated", "useful", "kept")}
    for round in range(rounds):
        for shift in (shift for shift in world.shifts if shift.round == round):
            simulation.skills[names.index(shift.task)] += shift.by
        figures["scores"].append(simulation.scores().tolist())
        plan: RoundPlan | None = scheduler.next_round(batch)
        assert plan is not None
        figures["shares"].append([plan.shares[name] for name in names])
        tasks, gradients = simulation.answer(plan)
        observation = RoundObservation(round, tasks, report)
        while (again := scheduler.redraw(observation)) is not None:
            more, further = simulation.answer(again)
            gradients |= further
            for name, seen in more.items():
                before = tasks[name].prompts if name in tasks else ()
                tasks[name] = TaskObservation((*before, *seen.prompts))
            observation = RoundObservation(round, dict(tasks), report)
        accepted = scheduler.accept(observation)
        kept = {
            name: [gradients[one.prompt_id] for one in seen.prompts if one.prompt_id in accepted]
            for name, seen in tasks.items()
        }
        scheduler.observe(observation)
        report = simulation.update(plan, kept, preconditioned=scheduler.sketch == "adam")
        figures["generated"].append([len(tasks[name].prompts) if name in tasks else 0 for name in names])
        figures["useful"].append(
            [tasks[name].informative if name in tasks and not world.tasks[name].coins else 0 for name in names]
        )
        figures["kept"].append([len(kept.get(name, ())) for name in names])
    arrays = {name: np.array(values) for name, values in figures.items()}
    return History(names, **arrays, tokens=arrays["generated"] * (8 * world.column("tokens")).astype(np.int64))
