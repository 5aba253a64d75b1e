"""One MLflow run per run of ours, whoever logs to it and however often."""

import json
import math
import os
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from astor.records import Scores, TaskStatistics, UpdateReport
from astor.registry.connection import connect, explained, sqlite_file

RUN, RECIPE, CONTINUES = "astor.run", "astor.recipe_digest", "astor.continues"
"""Tags: our name of the run, the digest of its recipe, and the MLflow run of the submission that it continues."""
PARENT = "mlflow.parentRunId"
EVERY_ROUND = "optimizer/learning_rate"
"""A metric that every round has."""


class Tracker:
    """Writes to the one MLflow run of a run of ours, which is found by its tags or created.

    On a cluster with KFP's MLflow plugin it is the root run that the plugin made, so that curves are not scattered over
    the nested runs of tasks; where that is another root than last time, a tag names the one that it continues.

    Raises:
        UserError: MLflow cannot be reached or used.
    """

    def __init__(self, uri: str, experiment: str, run_name: str, run_digest: str) -> None:
        self.uri = uri
        self._logged: dict[str, set[int]] = {}
        self._running = False
        """Whether MLflow is known to show the run as one that runs."""
        with explained(uri):
            self._client = connect(uri)
            root = _root_run(self._client)
            self._owned = root is None
            self._experiment_id = self._find_experiment(experiment) if root is None else root.info.experiment_id
            tags = {RUN: run_name, RECIPE: run_digest}
            earlier = self._find_run(tags, other_than=None if root is None else root.info.run_id)
            if root is not None:
                self.run_id: str = root.info.run_id
                if earlier is not None:
                    tags[CONTINUES] = earlier
                for key, value in tags.items():
                    self._client.set_tag(self.run_id, key, value)
            elif earlier is not None:
                self.run_id = earlier
            else:
                self.run_id = self._client.create_run(self._experiment_id, run_name=run_name, tags=tags).info.run_id

    def rounds(self) -> set[int]:
        """The rounds that it has curves of."""
        with explained(self.uri):
            return set(self._steps(EVERY_ROUND))

    def log_round(self, round: int, metrics: Mapping[str, float]) -> None:
        """Log metrics at the step `round`; those that have a value there already keep it."""
        from mlflow.entities import Metric

        now = int(time.time() * 1000)
        with explained(self.uri):
            self._reopen()
            new = [
                Metric(metric_name(key), value, now, round)
                for key, value in metrics.items()
                if math.isfinite(value) and round not in self._steps(metric_name(key))
            ]
            if new:
                self._client.log_batch(self.run_id, metrics=new)
        for metric in new:
            self._steps(metric.key).add(round)

    def log_scores(self, scores: Sequence[Scores]) -> None:
        """Log evaluations as curves of their own, `held_out_score/TASK`, each at its policy's round."""
        for of_policy in scores:
            values = {f"{of_policy.split}_{score.metric}/{score.task}": score.value for score in of_policy.scores}
            self.log_round(of_policy.round, values)

    def log_parameters(self, parameters: Mapping[str, Any]) -> None:
        """Log nested options as parameters with dotted names. Of a run that is continued they must be the same."""
        from mlflow.entities import Param

        with explained(self.uri):
            values = [Param(key, value) for key, value in flatten(parameters).items()]
            for start in range(0, len(values), 100):
                self._client.log_batch(self.run_id, params=values[start : start + 100])

    def log_texts(self, texts: Mapping[str, str]) -> None:
        """Store artifacts, file name → content."""
        with explained(self.uri):
            for name, text in texts.items():
                self._client.log_text(self.run_id, text, name)

    def finish(self) -> None:
        """Close a run of our own making; the plugin closes its own."""
        if self._owned:
            with explained(self.uri):
                self._client.set_terminated(self.run_id)

    def abandon(self, status: Literal["FAILED", "KILLED"]) -> None:
        """Mark a run of our own making as one that did not come to its end, until it goes on."""
        if self._owned:
            with explained(self.uri):
                self._client.set_terminated(self.run_id, status)
                self._running = False

    def retire(self) -> None:
        """Give the run's name up, so that the same recipe, begun afresh, gets another run."""
        with explained(self.uri):
            self._client.set_tag(self.run_id, RUN, "")

    def _reopen(self) -> None:
        if self._owned and not self._running:
            self._client.update_run(self.run_id, status="RUNNING")
            self._running = True

    def _steps(self, key: str) -> set[int]:
        if key not in self._logged:
            self._logged[key] = {metric.step for metric in self._client.get_metric_history(self.run_id, key)}
        return self._logged[key]

    def _find_experiment(self, name: str) -> str:
        found = self._client.get_experiment_by_name(name)
        if found is not None:
            return str(found.experiment_id)
        database = sqlite_file(self.uri)
        # MLflow would put artifacts under whatever directory this process happens to be in.
        place = (database.absolute().parent / "mlartifacts" / name).as_uri() if database else None
        return str(self._client.create_experiment(name, artifact_location=place))

    def _find_run(self, tags: Mapping[str, str], other_than: str | None) -> str | None:
        condition = " and ".join(f"tags.`{key}` = '{value}'" for key, value in tags.items())
        found = self._client.search_runs(
            [self._experiment_id], condition, max_results=2, order_by=["attributes.start_time DESC"]
        )
        return next((run.info.run_id for run in found if run.info.run_id != other_than), None)


def _root_run(client: Any) -> Any | None:
    """The run at the top of those that KFP's MLflow plugin made, where it did and this server has it."""
    from mlflow.exceptions import MlflowException

    run_id = json.loads(os.environ.get("KFP_MLFLOW_CONFIG") or "{}").get("parentRunId") or os.environ.get(
        "MLFLOW_RUN_ID"
    )
    root = None
    while run_id:
        try:
            root = client.get_run(run_id)
        except MlflowException as error:
            if error.error_code != "RESOURCE_DOES_NOT_EXIST":
                raise
            break
        run_id = root.data.tags.get(PARENT)
    return root


def round_metrics(statistics: Mapping[str, TaskStatistics], report: UpdateReport | None) -> dict[str, float]:
    """What MLflow plots of one round: `QUANTITY/TASK`, and `optimizer/…` of the update as a whole."""
    metrics: dict[str, float] = {}
    for task, of_task in statistics.items():
        values = {
            "score": of_task.score,
            "first_score": math.nan if of_task.first_score is None else of_task.first_score,
            "reward": of_task.reward,
            "acceptance": of_task.informative / of_task.prompts if of_task.prompts else math.nan,
            "potential": of_task.potential,
            "synergy": of_task.synergy,
            "noise": of_task.noise,
            "utility": of_task.utility,
            "quota": of_task.quota,
            "share": of_task.share,
            "kl_coefficient": of_task.kl_coefficient,
            "tokens": of_task.tokens,
            "length": of_task.mean_tokens,
            "dropped": of_task.dropped,
        }
        metrics |= {f"{name}/{task}": float(value) for name, value in values.items()}
    if report is not None:
        for task, update in report.tasks.items():
            metrics[f"kl/{task}"] = update.kl
            metrics[f"entropy/{task}"] = update.entropy
            metrics[f"clipped_share/{task}"] = update.clipped_share
            metrics[f"engine_difference/{task}"] = update.engine_difference
            if update.gradient_norm is not None:
                metrics[f"gradient_norm/{task}"] = update.gradient_norm
        metrics["optimizer/gradient_norm"] = report.gradient_norm
        metrics[EVERY_ROUND] = report.learning_rate
        metrics["optimizer/skipped_steps"] = float(report.skipped_steps)
    return {name: value for name, value in metrics.items() if math.isfinite(value)}


def metric_name(key: str) -> str:
    """`key` in the characters that MLflow allows: `pass@4` → `pass_at_4`."""
    return re.sub(r"[^\w./ :-]", "_", key.replace("@", "_at_"))


def flatten(options: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """`{"a": {"b": 1}}` → `{"a.b": "1"}`."""
    flat: dict[str, str] = {}
    for key, value in options.items():
        if isinstance(value, Mapping) and value:
            flat |= flatten(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = str(value)
    return flat
