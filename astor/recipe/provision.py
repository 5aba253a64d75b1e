"""What a compiled pipeline's tasks are provided with, and which recipes get by with that."""

from typing import Self

from astor.errors import UserError
from astor.options import Options
from astor.recipe.cluster import ClusterOptions
from astor.recipe.recipe import Recipe
from astor.rollout.options import OpenAIEngineOptions
from astor.storage import digest_json

ANEW = "compile the pipeline anew (astor compile), or submit with astor run --on cluster"

KEYLESS: str = OpenAIEngineOptions.model_fields["key_env"].default
"""What a key is called by default. Servers that need none are asked with it, whether it is set or not."""


class Provision(Options):
    """What stands in a pipeline for its tasks. Empty: nothing. (KFP has no null.)"""

    cluster: str = ""
    """Digest of what they ask of the cluster."""
    sandbox_token: str = ""
    """What the token of a sandbox pool is called where programs run."""
    rollout_key: str = ""
    """What the key of rollout servers is called where answers are sampled."""

    @classmethod
    def of(cls, recipe: Recipe) -> Self:
        """What the pipeline of a recipe provides."""
        return cls(
            cluster=cluster_digest(recipe.cluster),
            sandbox_token=getattr(recipe.sandbox, "token_env", ""),
            rollout_key=getattr(recipe.rollout, "key_env", ""),
        )

    def require(self, recipe: Recipe) -> None:
        """UserError where a recipe asks of the cluster what the pipeline does not, which a recipe without the section
        cannot, or wants a secret that no task is told."""
        if recipe.cluster and cluster_digest(recipe.cluster) != self.cluster:
            raise UserError(
                "The recipe's section cluster is not the pipeline's, in which stands what tasks ask of the cluster: "
                f"leave it out of recipe and overrides, or {ANEW}."
            )
        self.require_secrets(recipe.sandbox, recipe.rollout)

    def require_secrets(self, sandbox: Options, rollout: Options) -> None:
        """UserError where what runs programs, or samples answers, wants a secret that no task is told."""
        for key, name, told, needless in (
            ("sandbox.token_env", getattr(sandbox, "token_env", ""), self.sandbox_token, ""),
            ("rollout.key_env", getattr(rollout, "key_env", ""), self.rollout_key, KEYLESS),
        ):
            if name not in ("", told, needless):
                others = f"that of {told}" if told else "none"
                raise UserError(
                    f"{key} is {name}, and the pipeline's tasks are told {others}: leave {key.partition('.')[0]} as it "
                    f"was compiled, or {ANEW}."
                )


def cluster_digest(cluster: ClusterOptions | None) -> str:
    """Digest of what tasks ask of a cluster; empty where there is none. Where KFP is, is no matter of theirs; and keys
    at their defaults do not count, which an image of another version may have more of."""
    if cluster is None:
        return ""
    return digest_json(cluster.model_dump(mode="json", exclude={"host", "namespace"}, exclude_defaults=True))
