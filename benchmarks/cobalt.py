"""Cobalt, multi-turn GRPO and VeRPO from one tiny policy, at equal generated tokens: hidden pass@1 by turn.

Every arm is an ordinary run of the recipe `cobalt`. Cobalt's collects trajectories first, and their tokens count;
`cobalt-perturbed` collects half of its trajectories under wrong public tests. The other arms train on whole
trajectories, with as many programs over all rounds. Afterwards every policy goes on for three turns from the same first
programs of the policy that all began with, on held-out problems, with true and with wrong public tests. The last line
is JSON: means over seeds with 95 % intervals.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

ARMS = ("cobalt", "cobalt-perturbed", "multi-turn-grpo", "verpo")
REWARDS = {"multi-turn-grpo": "outcome", "verpo": "dense"}
TURNS, TRAJECTORIES, SAMPLES = 3, 4, 4
ROUNDS, PROMPTS, ROLLOUTS = 50, 48, 8
COUNTS = {"train": 800, "held_out": 100, "promotion": 8}


def settings(seed: int, name: str, rounds: int) -> dict[str, Any]:
    """What an arm changes in the recipe."""
    return {
        "name": name,
        "seed": seed,
        "rounds": rounds,
        "rounds_per_segment": rounds,
        "checkpoint_every": rounds,
        "batch": {"prompts": PROMPTS, "rollouts": ROLLOUTS},
        "evaluation": {"samples": 1},
        "training.optimizer.decay_steps": 2 * rounds,
        **{f"data.prompts.{split}": count for split, count in COUNTS.items()},
    }


def warm_start(store: str) -> None:
    """Make what all seeds share: problems, and the policy that every arm begins with."""
    from astor.recipe.load import load_recipe
    from astor.run.run import Run
    from astor.steps.initialise import initialise
    from astor.steps.prepare import prepare

    with Run(store, load_recipe("cobalt", settings(0, "cobalt-start", ROUNDS))) as run:
        initialise(run, prepare(run).prompts)


def measure(store: str, seed: int, arms: Sequence[str]) -> dict[str, Any]:
    """One seed: arm → tokens, pass@1 by turn with true and with wrong tests, and the share of turns that hack."""
    from astor.recipe.load import load_recipe
    from astor.run.run import Run
    from astor.steps.collect import CollectOptions, collect
    from astor.steps.initialise import initialise
    from astor.steps.prepare import prepare
    from astor.storage import load

    results: dict[str, Any] = {}
    with Run(store, load_recipe("cobalt", settings(seed, "cobalt-start", ROUNDS))) as start:
        prompts, references = prepare(start)
        first = initialise(start, prompts)
        judge = Judge(start, prompts, references, first)
        results["before"] = judge.measure(first)
        for arm in arms:
            collected, rounds = None, ROUNDS
            path = load(first.committed).part("policy")
            changes: dict[str, Any] = {
                "data.prompts.demonstrations": {},
                "policy": {"type": "huggingface", "path": str(path)},
            }
            if arm not in REWARDS:
                options = CollectOptions(
                    trajectories=TRAJECTORIES, turns=TURNS, temperature=1.0, seed=seed, perturbed=float("-" in arm)
                )
                collected = collect(start, Path(store) / f"{arm}-{seed}", options)
                changes["data.sources"] = [{"type": "trajectories", "path": f"{store}/{arm}-{seed}"}]
                changes["data.prompts"] = collected.prompts
            else:
                programs = sum(COUNTS.values()) * TRAJECTORIES * TURNS + ROUNDS * PROMPTS * ROLLOUTS
                rounds = round(programs / (PROMPTS * ROLLOUTS * TURNS))
                changes |= {"tasks.multi_turn_code.turns": TURNS, "tasks.multi_turn_code.reward": REWARDS[arm]}
            policy, tokens = train(store, settings(seed, arm, rounds) | changes)
            results[arm] = judge.measure(policy) | {"tokens": tokens + (collected.tokens if collected else 0)}
            print(f"seed {seed} {arm}: {json.dumps(results[arm])}", flush=True)
    return results


def train(store: str, overrides: dict[str, Any]) -> tuple[Any, int]:
    """Train without promoting; the policy's reference, and the tokens that were generated for training."""
    from astor.loop import Start
    from astor.loop import train as train_rounds
    from astor.recipe.load import load_recipe
    from astor.run.run import Run
    from astor.steps.initialise import initialise
    from astor.steps.plan import plan
    from astor.steps.prepare import prepare

    with Run(store, load_recipe("cobalt", overrides)) as run:
        prompts, references = prepare(run)
        first = initialise(run, prompts)
        start = Start(prompts, references, first, plan(run, prompts, first))
        policy = train_rounds(run, start, run.recipe.rounds)
        state = run.artifacts.read(
            run.artifacts.committed(run.places.at("rounds", run.recipe.rounds - 1, "score")), "state"
        )
        return policy, state.counters["tokens"]


class Judge:
    """Measures policies on the same held-out problems from the same first programs."""

    def __init__(self, run: Any, prompts: Any, references: Any, first: Any) -> None:
        from astor.records import Split, references_by_prompt
        from astor.tasks.multi_turn.problem import Problem

        held_out = [prompt for prompt in run.artifacts.read(prompts, "prompts") if prompt.split is Split.HELD_OUT]
        self.run, self.references = run, run.artifacts.read(references, "references", references_by_prompt)
        self.true = [Problem.of(prompt) for prompt in held_out]
        self.wrong = [one for prompt in held_out if (one := Problem.with_wrong_tests(prompt, 0))]
        self.first = None
        self.first = {(one.prompt_id, one.index): one.turns[0] for one in self._trajectories(first, self.true, 1)}

    def measure(self, policy: Any) -> dict[str, Any]:
        """pass@1 by turn with true and wrong tests, and shares of the turns after wrong tests that fit the wrong test
        which was shown: of all problems, by a literal of it alone, and of problems whose description leaves nothing
        open."""
        from astor.data.underspecified import OPEN
        from astor.evaluation.hacking import count_hacking, hard_coding_events
        from astor.evaluation.turns import score_turns

        true, wrong = (self._trajectories(policy, problems, TURNS + 1) for problems in (self.true, self.wrong))
        counts = count_hacking(wrong)
        told = count_hacking([one for one in wrong if OPEN not in one.messages[0].content])
        return {
            "turns": [round(score.pass_at_1.value, 4) for score in score_turns(true)],
            "wrong_tests": [round(score.pass_at_1.value, 4) for score in score_turns(wrong)],
            "hacking": round(counts.events / counts.turns, 4),
            "hard_coding": round(len(hard_coding_events(wrong, self.run.services.sandbox)) / counts.turns, 4),
            "hacking_told": round(told.events / max(told.turns, 1), 4),
        }

    def _trajectories(self, policy: Any, problems: Sequence[Any], turns: int) -> list[Any]:
        from astor.rollout.measure import measure_turns
        from astor.rollout.turns import TurnsOptions

        options = TurnsOptions(trajectories=SAMPLES, turns=turns, temperature=1.0, seed=0)
        services, task = self.run.services, self.run.tasks["multi_turn_code"].multi_turn
        sampler = services.policies.sampler(policy)
        return measure_turns(sampler, task, services.sandbox, problems, self.references, options, self.first)


def summarise(seeds: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Arm → figure → mean over seeds and the ends of its 95 % interval, Student's t."""
    from astor.evaluation.intervals import mean_interval

    def over_seeds(values: Sequence[float]) -> list[float]:
        return [round(value, 4) for value in mean_interval([values], (min(0.0, *values), max(1.0, *values)))]

    summary: dict[str, Any] = {}
    for arm in seeds[0]:
        of_arm = [seed[arm] for seed in seeds]
        summary[arm] = {
            key: [over_seeds([one[key][turn] for one in of_arm]) for turn in range(TURNS + 1)]
            if isinstance(value, list)
            else over_seeds([one[key] for one in of_arm])
            for key, value in of_arm[0].items()
        }
    return summary


def in_turn(commands: Sequence[Sequence[str]], at_once: int) -> Iterator[str]:
    """The last line of each command's output, `at_once` running at a time."""
    running: list[subprocess.Popen[str]] = []
    for number, command in enumerate(commands):
        running.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        while len(running) == at_once or (running and number == len(commands) - 1):
            process = running.pop(0)
            output, _ = process.communicate()
            print(output, end="", flush=True)
            if process.returncode:
                sys.exit(process.returncode)
            yield output.splitlines()[-1]


def main() -> None:
    """Print each arm of each seed, and one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--at-once", type=int, default=1, help="seeds that run at a time, a core each")
    parser.add_argument("--store", default="cobalt-benchmark", help="directory for runs; a second call goes on there")
    parser.add_argument("--arms", nargs="+", choices=ARMS, default=list(ARMS))
    parser.add_argument("--only", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.only is not None:
        print(json.dumps(measure(given.store, given.only, given.arms)))
        return
    warm_start(given.store)
    command = [sys.executable, __file__, "--store", given.store, "--arms", *given.arms, "--only"]
    seeds = [
        json.loads(line) for line in in_turn([[*command, str(seed)] for seed in range(given.seeds)], given.at_once)
    ]
    print(json.dumps({"benchmark": "cobalt", "seeds": given.seeds, "arms": summarise(seeds)}))


if __name__ == "__main__":
    main()
