"""The components that evaluate registered models."""

from typing import NamedTuple

from kfp import dsl

from astor.components.image import IMAGE


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def choose_models(
    model: str,
    against: str,
    suites: list,
    held_out_of: str,
    data: dict,
    overrides: dict,
    store: str,
    mlflow_uri: str,
    provision: dict,
    card: dsl.Output[dsl.Markdown],
) -> NamedTuple("Chosen", model=str, against=str):  # type: ignore[valid-type]  # the form that KFP reads
    """Which registered versions are meant, as NAME/VERSION; all that could be wrong is told here.

    `provision` is what the pipeline's tasks are provided with.
    """
    from pathlib import Path

    from astor.components.task import begin
    from astor.recipe.passwords import refuse_passwords
    from astor.recipe.provision import Provision
    from astor.steps.choose_models import choose_models, questions_of
    from astor.storage import try_store

    begin(store)
    refuse_passwords({"store": store, "mlflow_uri": mlflow_uri, "overrides": overrides})
    asked = questions_of(suites, held_out_of, data, overrides)
    Provision.model_validate(provision).require_secrets(asked.bench.sandbox, asked.bench.rollout)
    names = [model, against] if against else [model]
    found = [each.name for each in choose_models(mlflow_uri, store, names)]
    try_store(store, writes=True)
    told = "\n".join(f"- {suite.name}: {suite.about}" for suite in asked.suites)
    Path(card.path).write_text(f"# {' against '.join(found)}\n\n{told}\n")
    return found[0], found[1] if against else ""


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def evaluate_models(
    model: str,
    against: str,
    suites: list,
    held_out_of: str,
    data: dict,
    overrides: dict,
    store: str,
    mlflow_uri: str,
    scalars: dsl.Output[dsl.Metrics],
    card: dsl.Output[dsl.Markdown],
    report: dsl.Output[dsl.HTML],
) -> str:
    """Versions, as NAME/VERSION, answer the suites and are scored; the URI of the figures as JSON."""
    from pathlib import Path

    from astor.components.task import begin
    from astor.steps.choose_models import choose_models, questions_of
    from astor.steps.evaluate_found import evaluate_found, page_place, write_evaluation

    begin(store)
    asked = questions_of(suites, held_out_of, data, overrides)
    found = choose_models(mlflow_uri, store, [model, against] if against else [model])
    evaluation = evaluate_found(found, asked.suites, asked.bench, store)
    place = page_place(evaluation, store)
    pages = write_evaluation(evaluation, place)
    Path(report.path).write_text(pages.html)
    Path(card.path).write_text(pages.text)
    for row in evaluation.rows():
        scalars.log_metric(f"{row.suite} {row.measure or 'score'} {row.drawn}", float(row.figures[0].value))
    return f"{place}/evaluation.json"
