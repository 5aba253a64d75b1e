"""Following a submission to its end: tasks by KFP, rounds and scores by the store, what waits by Kubernetes."""

import time
from collections.abc import Callable
from typing import Any

from astor.errors import UserError
from astor.launch.chain_progress import ChainProgress, chain_progress
from astor.launch.connection import Kfp
from astor.launch.pods import Pods
from astor.launch.submitted import Submission
from astor.recipe.graph import links
from astor.run.progress import report_progress
from astor.run.run import Run

INTERVAL = 5.0
"""Seconds between looks at KFP, the store and Kubernetes (our choice: a pod takes twice as long to come)."""
STILL = 300.0
"""Seconds without a change of any task after which a run whose pods are not seen counts as waiting (our choice: most
images take less to be fetched)."""
BEGINNING = ("resolve recipe", "prepare", "initialise", "plan")
ROUNDS = "rounds"


class Follower:
    """`follow()` returns when the submission has ended. Stopping it stops nothing on the cluster."""

    def __init__(self, kfp: Kfp, found: Submission, say: Callable[[str], None], interval: float = INTERVAL) -> None:
        self.kfp, self.found, self.say, self.interval = kfp, found, say, interval
        self.recipe, self.pods = found.recipe, Pods(kfp.namespace, found.run_id, self._tell)
        self._store: Run | None = Run(found.parameters["store"], self.recipe)
        self._told: set[str] = set()
        self._note = ""
        self._shown: Any = None
        self._changed = time.monotonic()

    def follow(self) -> Submission:
        """The submission as it ended.

        Raises:
            UserError: it failed, with the reason; or KFP was away for longer than it is waited for.
        """
        while True:
            run: Any = self.kfp.ask_patiently(self.kfp.runs.run_service_get_run, self.found.run_id)
            self.found = Submission.of(run)
            tasks = (run.run_details and run.run_details.task_details) or ()
            progress = chain_progress(tasks)
            rounds = self._report(progress)
            if not self.found.is_live:
                break
            self._tell_waiting((rounds, sorted((str(task.display_name), str(task.state)) for task in tasks)))
            time.sleep(self.interval)
        if self.found.state == "SUCCEEDED":
            return self.found
        name = self.found.run_id
        if self.found.state == "FAILED":
            raise UserError(f"{self._why(progress)} astor resume {name} goes on from the last commit.")
        raise UserError(
            f"The run {name} was {self.found.state.lower()}: astor resume {name} goes on from the last commit."
        )

    def _tell_waiting(self, shown: Any) -> None:
        """What pods wait for; where they are not seen, whether anything of what is shown has changed of late."""
        still = f"no task has changed for {STILL / 60:.0f} min"
        if shown != self._shown:
            self._shown, self._changed = shown, time.monotonic()
            self._told.discard(f"waiting: {still}")
        waits = self.pods.waiting()
        if not waits and self.found.state == "PENDING":
            waits = ["KFP has not begun the run"]
        elif not self.pods.are_seen and time.monotonic() - self._changed >= STILL:
            waits = [still]
        for line in waits:
            self._tell(f"waiting: {line}")

    def _report(self, progress: ChainProgress) -> int | None:
        """Show it; rounds that are done, where this machine knows."""
        for name, ended in progress.begun.items():
            if name in BEGINNING:
                report_progress(name, int(ended), 1)
        known = self._rounds() if progress.begun.get("plan") else None
        if known is not None:
            report_progress(ROUNDS, known, self.recipe.rounds, self._note)
        elif progress.begun.get("plan"):
            by_segment = self.recipe.granularity == "segment"
            report_progress("segments" if by_segment else ROUNDS, progress.links, links(self.recipe))
        for name, ended in progress.begun.items():
            if name not in BEGINNING:
                report_progress(name, int(ended), 1)
        return known

    def _rounds(self) -> int | None:
        """Rounds that the store has of the run, and their score as a note; None where this machine may not read it."""
        if self._store is None:
            return None
        try:
            committed = self._store.places.committed_below("rounds")
            done = 0
            while f"{done:05d}/update" in committed:
                done += 1
            if done:
                scored = self._store.artifacts.committed(self._store.places.at("rounds", done - 1, "score"))
                tasks = self._store.artifacts.read(scored, "state").tasks.values()
                self._note = f"score {sum(task.score for task in tasks) / len(tasks):.3f}"
            return done
        except UserError as error:
            self._store = None
            self._tell(f"Scores stand in KFP and MLflow alone, for this machine cannot read the store: {error}")
            return None

    def _why(self, progress: ChainProgress) -> str:
        known = self.pods.failure() or progress.reason or self.found.error or "KFP names no reason, its pages have logs"
        return f"The run failed{f' in {progress.failed}' if progress.failed else ''}: {known.rstrip('.')};"

    def _tell(self, line: str) -> None:
        if line not in self._told:
            self._told.add(line)
            self.say(line)
