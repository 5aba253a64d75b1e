"""One of the processes under torchrun: its engine, and the calls that it serves."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import torch

from astor.policies import policy as policies
from astor.policies.adapted import adapt
from astor.policies.determinism import use_deterministic_operations
from astor.policies.lora import round_weights
from astor.policies.policy import Policy, load_policy
from astor.policies.ranks import World
from astor.records import Batch, Completion, Group, PolicyCard
from astor.storage import PolicyRef
from astor.training.deepspeed_options import DeepSpeedOptions
from astor.training.engine import DivergedError, Sketch
from astor.training.engines.torchrun import serve
from astor.training.report import Trained

ENGINE, REFERENCE = "update engine", "reference policy"
"""Where a rank keeps its engine, and DeepSpeed's around a reference policy that is shared out."""


class RankTrained(NamedTuple):
    """What one rank says of an update."""

    trained: Trained
    """Without its rows, which whoever asked has."""
    learning_rate: float
    metrics: dict[str, float]


def make(
    world: World,
    policy: Path,
    base: PolicyRef,
    reference: Path | None,
    options: DeepSpeedOptions,
    trainer: Path | None,
) -> PolicyCard:
    """Make the rank's engine, held to `base`: `reference` has it, where there is no adapter, which needs no other
    model. The card of the policy that is trained."""
    from astor.training.engines.zero import share_out  # DeepSpeed, in these processes alone
    from astor.training.engines.zero_engine import ZeroEngine

    held_to = None
    if not options.lora:
        assert reference is not None, "what is no adapter needs a reference policy"
        held_to = load_policy(reference, "cpu")
        held_to.model.requires_grad_(False)
        _place(held_to, options, stays=options.reference == "offloaded")
        if options.shares_reference:
            world.memory[REFERENCE] = share_out(held_to.model, options)
    trained = load_policy(policy, "cpu")
    if options.lora:
        adapt(trained, base, options.lora)
    _place(trained, options)
    engine = world.memory[ENGINE] = ZeroEngine(trained, held_to, options, trainer, world)
    return engine.card


def _place(policy: Policy, options: DeepSpeedOptions, stays: bool = False) -> None:
    """Round the weights as the options say, and move them to the GPU unless they stay. Done before another policy is
    loaded, which takes the CPU's memory in fp32, in every rank."""
    if options.precision == "bf16":
        round_weights(policy.model)
    if torch.cuda.is_available() and not stays:
        policy.model.to("cuda")


def train(
    world: World,
    card: PolicyCard,
    completions: Sequence[Completion],
    groups: Sequence[Group],
    batch: Batch,
    sketch: Sketch | None,
    loss_after: bool,
) -> RankTrained | DivergedError:
    """Train on the rank's share; or why that was stopped, which all ranks find together, and after which they can
    still save."""
    engine = world.memory[ENGINE]
    engine.card = card
    try:
        trained = engine.train(completions, groups, batch, sketch, loss_after)
    except DivergedError as error:
        return error
    told = trained._replace(rows=[], sums=trained.sums.on_cpu())
    return RankTrained(told, engine.optimization.learning_rate, dict(engine.metrics))


def save_policy(world: World, card: PolicyCard, directory: Path, recipe_digest: str) -> PolicyCard:
    """Gather the weights in rank 0, which writes them; the policy's card, in that rank."""
    engine = world.memory[ENGINE]
    engine.card, weights = card, engine.optimization.weights()
    if world.rank == 0:
        policies.save_policy(engine.policy, directory, recipe_digest, weights=weights)
    saved: PolicyCard = engine.card
    return saved


def save_trainer(world: World, directory: Path) -> None:
    """Write the rank's share of the trainer state."""
    world.memory[ENGINE].save_trainer(directory)


def begin() -> World:
    """Join the group of all ranks: NCCL on GPUs, gloo on CPUs."""
    on_gpu = torch.cuda.is_available()
    os.environ.setdefault("DS_ACCELERATOR", "cuda" if on_gpu else "cpu")
    import deepspeed

    # An extension for reductions through shared memory, which nothing here uses and which compiles for minutes.
    deepspeed.ops.__compatible_ops__["deepspeed_shm_comm"] = False
    if on_gpu:
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    deepspeed.init_distributed("nccl" if on_gpu else "gloo")
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    use_deterministic_operations()
    from torch import distributed

    return World(distributed.get_rank(), distributed.get_world_size(), group=distributed.group.WORLD)


if __name__ == "__main__":
    serve(begin)
