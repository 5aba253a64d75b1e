"""The policies of a run that were evaluated, as MLflow's logged models: each carries its own scores."""

from typing import Any

from astor.registry.claims import DIGEST

ROUND = "astor.round"
"""Tag of a logged model, and of a version: rounds behind the policy."""
LOGGED = "astor.logged_model"
"""Tag of a version: its logged model, which has all of its scores. What MLflow's own server is told of that when a
version is made is kept nowhere."""


def find_or_create(client: Any, experiment_id: str, run_id: str, digest: str, round: int) -> str:
    """The identifier of the logged model of a policy of a run. Its files are not in MLflow: it is an external one."""
    from mlflow.utils.mlflow_tags import MLFLOW_MODEL_IS_EXTERNAL

    condition = f"source_run_id = '{run_id}' and tags.`{DIGEST}` = '{digest}'"
    if found := client.search_logged_models([experiment_id], condition, max_results=1):
        return str(found[0].model_id)
    tags = {DIGEST: digest, ROUND: str(round), MLFLOW_MODEL_IS_EXTERNAL: "true"}
    made = client.create_logged_model(experiment_id, f"round-{round}", source_run_id=run_id, tags=tags)
    client.finalize_logged_model(made.model_id, "READY")
    return str(made.model_id)
