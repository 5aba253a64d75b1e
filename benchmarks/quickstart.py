"""Does the quickstart learn, and only from its rewards? Several seeds in process mode, from one cached warm start.

    python benchmarks/quickstart.py --seeds 5 --shuffled 2 --at-once 2 --store /tmp/astor-benchmark

Each seed is one run of the recipe. Shuffled seeds are its control: the same, with the rewards of each round permuted
within each task, so that nothing can be learnt from them. The last line is JSON; `rise` is the change of the mean over
tasks of the held-out score at temperature 1, and `tasks` has the smallest and the largest rise of each task over seeds.
"""

import argparse
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from astor.recipe.load import load_recipe
from astor.run.result import held_out_scores
from astor.run.run import Run


def run(recipe: str, store: str, overrides: dict[str, object]) -> dict[str, Any]:
    """One run of the recipe: its rise, its fallen tasks, its cost."""
    assignments = [f"--set={key}={json.dumps(value)}" for key, value in overrides.items()]
    command = [sys.executable, "-m", "astor.cli", "run", recipe, "--on", "process", "--store", store, *assignments]
    result = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1])
    before, after = held_out_scores(Run(store, load_recipe(recipe, overrides)))
    tasks = list(result["scores_before"])
    low = {score.task: score.low for score in before.scores if score.metric == "score"}
    return {
        "rise": after.value("all", "mean") - before.value("all", "mean"),
        "tasks": {task: after.value(task) - before.value(task) for task in tasks},
        "fallen": [task for task in tasks if after.value(task) < low[task]],
        "before": before.value("all", "mean"),
        "seconds": result["seconds"],
        "peak_rss_mb": result["peak_rss_mb"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", default="quickstart")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--shuffled", type=int, default=2)
    parser.add_argument("--store", required=True, help="finished runs found there are not run again")
    parser.add_argument(
        "--at-once", type=int, default=1, help="runs side by side; each takes as many cores as the recipe has processes"
    )
    parser.add_argument("--processes", type=int, default=2, help="of each run, as the recipe has them")
    arguments = parser.parse_args()
    common: dict[str, object] = {"processes": arguments.processes}
    run(arguments.recipe, arguments.store, {**common, "rounds": 0})  # the warm start that all share
    plain = [{**common, "seed": seed} for seed in range(arguments.seeds)]
    control = [{**common, "seed": seed, "groups.shuffle_rewards": True} for seed in range(arguments.shuffled)]
    with ThreadPoolExecutor(arguments.at_once) as pool:
        results = list(
            pool.map(lambda overrides: run(arguments.recipe, arguments.store, overrides), [*plain, *control])
        )
    for overrides, result in zip([*plain, *control], results, strict=True):
        print(json.dumps(overrides | result))
    learning, shuffled = results[: arguments.seeds], results[arguments.seeds :]
    print(
        json.dumps(
            {
                "rise": [round(float(result["rise"]), 4) for result in learning],
                "mean_rise": round(sum(float(result["rise"]) for result in learning) / max(len(learning), 1), 4),
                "tasks": {
                    task: [round(bound(result["tasks"][task] for result in learning), 4) for bound in (min, max)]
                    for task in learning[0]["tasks"]
                },
                "fallen_tasks": [result["fallen"] for result in learning],
                "shuffled_rise": [round(float(result["rise"]), 4) for result in shuffled],
                "seconds": [result["seconds"] for result in learning],
                "peak_rss_mb": max(int(result["peak_rss_mb"]) for result in [*learning, *shuffled]),
            }
        )
    )


if __name__ == "__main__":
    main()
