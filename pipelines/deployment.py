"""The pipeline that promotes and deploys a registered version, from the form of KFP's user interface."""

from collections.abc import Callable
from typing import Any

from kfp import dsl

from astor.components.deploy import choose_version, deploy
from astor.pipelines.platform import TRACKS, Platform


def deployment_pipeline(platform: Platform, store: str = "") -> Callable[..., Any]:
    """The pipeline `deployment`; its output is the digest of the policy that serves.

    Args:
        platform: what tasks ask of the cluster.
        store: default of the parameter of that name.
    """

    @dsl.pipeline(name="deployment", description="A registered version becomes champion where it is to, and serves.")
    def deployment(
        model: str = "",
        alias: str = "champion",
        make_champion: bool = False,
        options: dict = {},  # noqa: B006  # KFP alone reads it
        store: str = store,
        mlflow_uri: str = "",
    ) -> str:
        task = choose_version(
            model=model,
            alias=alias,
            make_champion=make_champion,
            options=options,
            store=store,
            mlflow_uri=mlflow_uri,
        ).set_display_name("choose version")
        version = platform.place(task, TRACKS).outputs["Output"]
        deployed = platform.place(deploy(version=version, options=options, mlflow_uri=mlflow_uri), TRACKS)
        return deployed.outputs["Output"]

    return deployment
