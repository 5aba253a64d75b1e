"""One MLflow run per run of ours, whoever logs to it and however often."""

import json
import math
import os
import time
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from astor.registry.beside import location, write_text
from astor.registry.connection import RACED, connect, explained, made_once
from astor.registry.logged_models import find_or_create
from astor.registry.metrics import EVERY_ROUND, metric_name

RUN, RECIPE, CONTINUES = "astor.run", "astor.recipe_digest", "astor.continues"
"""Tags: our name of the run, what lasts of its recipe, and the MLflow run of the submission that it continues."""
ROUNDS = "astor.rounds"
"""Tag: how many rounds it came to. Parameters cannot change, and a run may go on with more."""
PARENT, CONTEXT = "mlflow.parentRunId", "mlflow.data.context"
METRICS_TOGETHER = 1000
"""The most metrics that MLflow takes in one request."""


class Dataset(NamedTuple):
    """Data that a run reads, as MLflow lists them."""

    name: str
    digest: str
    """At most 36 characters."""
    kind: str
    """Where it lies: `local` or `s3`."""
    source: Mapping[str, Any]
    """`uri`, and what it was made from."""
    profile: Mapping[str, int]
    """Counts."""
    context: str
    """What it is for, as a split."""


class Tracker:
    """Writes to the one MLflow run of a run of ours, which is found by its tags or created.

    On a cluster with KFP's MLflow plugin it is the root run that the plugin made, so that curves are not scattered over
    the nested runs of tasks; where that is another root than last time, a tag names the one that it continues.

    Raises:
        UserError: MLflow cannot be reached or used.
    """

    def __init__(
        self, uri: str, experiment: str, run_name: str, run_digest: str, facts: Mapping[str, str] | None = None
    ) -> None:
        """`facts`: tags of a run that is made here, as who began it from what."""
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
                self.tag(tags)
            elif earlier is not None:
                self.run_id = earlier
            else:
                tags |= facts or {}
                self.run_id = self._client.create_run(self._experiment_id, run_name=run_name, tags=tags).info.run_id

    @property
    def page(self) -> str:
        """The run's page in MLflow's own interface, as a link from another page of it."""
        return f"#/experiments/{self._experiment_id}/runs/{self.run_id}"

    def rounds(self) -> set[int]:
        """The rounds that it has curves of."""
        with explained(self.uri):
            return set(self._steps(EVERY_ROUND))

    def model_of(self, digest: str, round: int) -> str:
        """The identifier of MLflow's logged model of the policy `digest`, which has so many rounds behind it."""
        with explained(self.uri):
            return find_or_create(self._client, self._experiment_id, self.run_id, digest, round)

    def log_rounds(self, rounds: Mapping[int, Mapping[str, float]], model_id: str | None = None) -> None:
        """Log the metrics of each round at the step that it is, with `model_id` as those of a logged model too; those
        that have a value there already keep it."""
        from mlflow.entities import Metric

        now = int(time.time() * 1000)
        with explained(self.uri):
            self._reopen()
            new = [
                Metric(metric_name(key), value, now, round, model_id)
                for round, metrics in rounds.items()
                for key, value in sorted(metrics.items(), key=_comes_last)
                if math.isfinite(value) and round not in self._steps(metric_name(key))
            ]
            for start in range(0, len(new), METRICS_TOGETHER):
                together = new[start : start + METRICS_TOGETHER]
                self._client.log_batch(self.run_id, metrics=together)
                for metric in together:
                    self._steps(metric.key).add(metric.step)

    def log_parameters(self, parameters: Mapping[str, str]) -> None:
        """Log parameters. Those of a run that is continued must be the same."""
        from mlflow.entities import Param

        with explained(self.uri):
            self._client.log_batch(self.run_id, params=[Param(key, value) for key, value in parameters.items()])

    def log_datasets(self, datasets: Sequence[Dataset]) -> None:
        """List the data that the run reads, each once, whoever repeats it."""
        from mlflow import entities

        inputs = [
            entities.DatasetInput(
                entities.Dataset(
                    data.name, data.digest, data.kind, json.dumps(data.source), profile=json.dumps(data.profile)
                ),
                [entities.InputTag(CONTEXT, data.context)],
            )
            for data in datasets
        ]
        with explained(self.uri):
            RACED(self._client.log_inputs, self.run_id, inputs)

    def tag(self, tags: Mapping[str, str]) -> None:
        """Set tags of the run, whatever they were."""
        with explained(self.uri):
            for key, value in tags.items():
                self._client.set_tag(self.run_id, key, value)

    def log_texts(self, texts: Mapping[str, str]) -> None:
        """Store artifacts, file name → content."""
        with explained(self.uri):
            place = self._client.get_run(self.run_id).info.artifact_uri
            for name, text in texts.items():
                if not write_text(self.uri, place, name, text):
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
        if self._client.get_experiment_by_name(name) is None:
            with made_once():
                self._client.create_experiment(name, artifact_location=location(self.uri, name))
        return str(self._client.get_experiment_by_name(name).experiment_id)

    def _find_run(self, tags: Mapping[str, str], other_than: str | None) -> str | None:
        condition = " and ".join(f"tags.`{key}` = '{value}'" for key, value in tags.items())
        found = self._client.search_runs(
            [self._experiment_id], condition, max_results=2, order_by=["attributes.start_time DESC"]
        )
        return next((run.info.run_id for run in found if run.info.run_id != other_than), None)


def _comes_last(metric: tuple[str, float]) -> bool:
    """Whether it is the one that tells that a round is there: it follows all others, should a request fail."""
    return metric[0] == EVERY_ROUND


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
