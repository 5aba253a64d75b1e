"""Methods compared at equal budget: tuning, then the report, as `plan.yaml` says. It can be stopped at any time.

    python benchmarks/methods/run.py --plan --store /tmp/methods
    python benchmarks/methods/run.py --store /tmp/methods --at-once 2

Tuning ends with `configurations.json`, what it chose and the digests of what that makes. The report is run only with
one that is committed and still makes the same: nothing is chosen on what is reported. What every run of the report came
to is written to `runs/`, and found there is not run again, in whatever store; what they came to together is written to
`results/`, of which `table.py` makes the tables of docs/methods.md. The last line is JSON: methods' mean scores in each
setting.
"""

import argparse
import json
import subprocess
import sys
from functools import partial
from pathlib import Path

from kept import keep, recall
from plan import CONFIGURATIONS, HERE, Plan, Stage, read_configurations

from astor.cli.compare import compare
from astor.errors import UserError, explain
from astor.experiments.execution import begin
from astor.experiments.notes import RESULTS, Notes
from astor.experiments.results import Results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", required=True, help="finished runs found there are not run again")
    parser.add_argument("--at-once", type=int, default=0, help="runs side by side; 0: as cores and memory allow")
    parser.add_argument("--plan", action="store_true", help="count what is left, and run nothing")
    parser.add_argument("--so-far", action="store_true", help="keep what finished runs came to, and run nothing")
    parser.add_argument("--headline", action="store_true", help="of the report, the arms with most seeds alone")
    parser.add_argument("--setting", action="append", help="of the report, these settings alone")
    arguments = parser.parse_args()
    plan = Plan(arguments.store)
    settings = arguments.setting or plan.settings()
    try:
        if arguments.plan:
            print_plan(plan, settings)
            return
        chosen = tune(plan, arguments.at_once)
        run = finished if arguments.so_far else partial(report, at_once=arguments.at_once, headline=arguments.headline)
        print(json.dumps({setting: run(plan, setting, chosen) for setting in settings}))
    except UserError as error:
        sys.exit(f"error: {explain(error)}")


def tune(plan: Plan, at_once: int) -> int:
    """The trial that is best, by the mean sampled score over all arms; run and written down where it is not known.

    One for all: what is tried is no part of a method's idea, and with one seed a trial differs more by chance than by
    arm, so that the best of an arm's own six would be luck.

    Raises:
        UserError: it is not committed, or makes something else now.
    """
    if (known := read_configurations()) is None:
        stage = plan.tuning()
        compare(stage.comparison, at_once, stage.reference, stage.never_useful)
        arms = {arm["name"]: arm["sampled"]["mean"] for arm in _results(stage)["arms"]}
        chosen = plan.best(arms)
        told = {"chosen": chosen, "tuning": arms, "digests": plan.digests(chosen)}
        CONFIGURATIONS.write_text(json.dumps(told, indent=1) + "\n")
        raise UserError(f"Tuning is done: commit {CONFIGURATIONS}, then run this again for the report.")
    if _git("ls-files", CONFIGURATIONS.name) == "" or _git("status", "--porcelain", CONFIGURATIONS.name):
        raise UserError(f"{CONFIGURATIONS} is not committed: commit it before anything is run that is reported.")
    chosen: int = known["chosen"]
    for setting, digests in plan.digests(chosen).items():
        for method, digest in digests.items():
            if known["digests"].get(setting, {}).get(method) != digest:
                raise UserError(
                    f"{method} in {setting} is not what {CONFIGURATIONS.name} was written of: remove that file and "
                    "tune anew, or put back what was changed."
                )
    return chosen


def report(plan: Plan, setting: str, chosen: int, at_once: int, headline: bool) -> dict[str, float]:
    """Run what is left of a setting's report and keep its results; method → mean sampled score."""
    stage = plan.report(setting, chosen, headline)
    recall(stage.comparison)
    try:
        compare(stage.comparison, at_once, stage.reference, stage.never_useful)
    finally:
        means = finished(plan, setting, chosen)
    return means


def finished(plan: Plan, setting: str, chosen: int) -> dict[str, float]:
    """Keep the results of a setting's runs that are finished; method → mean sampled score."""
    stage = plan.report(setting, chosen)
    recall(stage.comparison)
    figures = begin(stage.comparison, Notes(stage.comparison)).figures
    if stage.reference not in {each.method for each in figures.values()}:
        return {}
    results = Results(stage.comparison, figures, stage.reference, stage.never_useful).as_json()
    keep(stage.comparison, figures, results)
    return {arm["name"]: round(arm["sampled"]["mean"], 4) for arm in results["arms"] if not arm["is_part"]}


def print_plan(plan: Plan, settings: list[str]) -> None:
    """Stages with their runs and hours of one core, before tuning as if it chose the first trial."""
    chosen = (read_configurations() or {"chosen": 0})["chosen"]
    stages = {"tuning": plan.tuning()} | {f"report, {name}": plan.report(name, chosen) for name in settings}
    print("| stage | runs | finished | seconds each | hours of one core left |\n|---|---|---|---|---|")
    total = 0.0
    for name, stage in stages.items():
        recall(stage.comparison)
        standing = begin(stage.comparison, Notes(stage.comparison))
        left = sum(cell.work for cell in standing.cells if cell.name not in standing.figures) * stage.seconds / 3600
        total += left
        print(f"| {name} | {len(standing.cells)} | {len(standing.figures)} | {stage.seconds:g} | {left:.1f} |")
    print(f"| all | | | | {total:.1f} |")


def _results(stage: Stage) -> dict:
    return json.loads((Notes(stage.comparison).directory / RESULTS).read_text())


def _git(*arguments: str) -> str:
    return subprocess.run(["git", "-C", str(HERE), *arguments], capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    main()
