"""The components of a deployment."""

from kfp import dsl

from astor.components.image import IMAGE


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def choose_version(
    model: str,
    alias: str,
    make_champion: bool,
    options: dict,
    store: str,
    mlflow_uri: str,
    card: dsl.Output[dsl.Markdown],
) -> str:
    """The registered version that is meant, as NAME/VERSION; it becomes champion first where it is to.

    Nothing is done where `options`, those of the deployment, are wrong.
    """
    from pathlib import Path

    from astor.components.task import begin
    from astor.recipe.passwords import refuse_passwords
    from astor.steps.choose_version import choose_version
    from astor.steps.deploy import read_options
    from astor.storage import try_store

    begin(store)
    refuse_passwords({"store": store, "mlflow_uri": mlflow_uri})
    read_options({"name": "model", **options})
    try_store(store, writes=True)
    chosen = choose_version(mlflow_uri, store, model, alias, make_champion)
    Path(card.path).write_text(f"# {chosen.version}\n\n{chosen.told}\n")
    return chosen.version


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def deploy(version: str, options: dict, mlflow_uri: str, card: dsl.Output[dsl.Markdown]) -> str:
    """A registered version serves on KServe; the policy's digest, as its endpoint tells it.

    Args:
        version: NAME/VERSION.
        options: keys of `astor deploy`, as {"namespace": "models", "canary": 10}.
    """
    from pathlib import Path

    from astor.components.task import begin
    from astor.steps.deploy import deploy

    begin()
    deployed = deploy(mlflow_uri, version, "", options, print)
    Path(card.path).write_text(deployed.card)
    return deployed.digest
