"""The model card of a run's candidate: what it says is read from what the run committed."""

from astor.evaluation.model_card import Cost, ModelFacts, render_model_card
from astor.policies.base_model import README
from astor.records import GateDecision
from astor.run.durations import seconds_by_step
from astor.run.environment import read_environments
from astor.run.history import sampled_pair
from astor.run.run import Run
from astor.run.tracked import value_at
from astor.storage import ArtifactRef, PolicyRef

METHOD = {
    "scheduler": "scheduler.type",
    "KL coefficient": "scheduler.kl_coefficient",
    "loss": "training.loss.type",
    "update": "training.type",
    "adapter": "training.lora",
    "learning rate": "training.optimizer.learning_rate",
    "prompts a round": "batch.prompts",
    "rollouts a prompt": "batch.rollouts",
    "sampling temperature": "batch.temperature",
    "staleness": "staleness",
    "seed": "seed",
}
"""Name on the card → key of the recipe, as far as it has it; the whole recipe lies beside the run."""


def write_model_card(
    run: Run,
    kept: PolicyRef,
    model: str,
    prompts: ArtifactRef,
    before: ArtifactRef,
    candidate: ArtifactRef,
    challenger: ArtifactRef,
    decision: GateDecision,
    rounds: int,
) -> str:
    """Write the card of the policy `kept` beside it, where it is kept for good, and return it.

    Args:
        model: the registered model and version, as `astor/3`.
        before, candidate: scores of the first policy and of the candidate on held-out prompts.
        challenger: the candidate's on promotion prompts.
    """
    known = run.artifacts.has(prompts, "origins")
    environments = read_environments(run.places)
    gpus = max((each.gpus for each in environments), default=0)
    began = environments[0] if environments else None
    libraries = ", ".join(f"{name} {version}" for name, version in began.libraries.items()) if began else ""
    card = render_model_card(
        ModelFacts(
            model=model,
            digest=kept.digest,
            base=run.recipe.policy.base_model(),
            data=run.artifacts.read(prompts, "origins") if known else None,
            method=_method(run),
            rounds=rounds,
            held_out=sampled_pair(run, before, candidate),
            promotion=run.artifacts.read(challenger, "scores"),
            decision=decision,
            reproduce={
                "run": f"`{run.places.name}`",
                "recipe digest": f"`{run.recipe.digest}`",
                "data digest": f"`{prompts.digest}`",
                "astor": began.version if began else "",
                "git revision": f"`{began.commit}`" if began and began.commit else "",
                "libraries": libraries,
                "processor": f"{began.processor}, {began.cores} cores" if began else "",
            },
            command="\n".join(
                [
                    *([f"git checkout {began.commit}"] if began and began.commit else []),
                    "astor run recipe.yaml   # recipe.yaml lies with the run, in its store and in MLflow",
                ]
            ),
            cost=Cost(seconds_by_step(run, prompts), gpus, run.recipe.tracking.price_per_hour),
        )
    )
    run.places.publish(card_place(kept), card.encode())
    return card


def card_place(kept: PolicyRef) -> str:
    """Where the card of a policy lies that is kept for good."""
    return f"{kept.committed.uri}/{README}"


def _method(run: Run) -> dict[str, str]:
    options = run.recipe.model_dump(mode="json")
    return {name: str(value) for name, key in METHOD.items() if (value := value_at(options, key)) is not None}
