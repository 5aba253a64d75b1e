"""What an update has before its first step: mini-batches in pieces, weighed, with log-probabilities that stay."""

from collections.abc import Sequence

from transformers import PreTrainedModel

from astor.losses.loss import Loss
from astor.policies.ranks import World
from astor.records import Batch
from astor.training.measurement import Measurement, measure_start
from astor.training.micro_batch import MicroBatch, make_micro_batch
from astor.training.rows import TrainingGroup, micro_batches, split_evenly
from astor.training.weighing import Weighing


def prepare(
    parts: Sequence[Sequence[TrainingGroup]],
    batch: Batch,
    policy: PreTrainedModel,
    reference: PreTrainedModel,
    loss: Loss,
    weighing: Weighing,
    world: World,
    tokens_per_micro_batch: int,
    sums: Measurement,
) -> list[list[MicroBatch]]:
    """This rank's share of each mini-batch of `parts`, in pieces; `sums` takes in where the policy stands.

    What the policy says at the start of the round is left out of the first mini-batch: its own step begins there, and
    finds it out by the way.
    """
    prepared = []
    for number, groups in enumerate(parts):
        shares = [
            [make_micro_batch(piece, policy.device) for piece in micro_batches(share, tokens_per_micro_batch)]
            for share in split_evenly(groups, world.size)
        ]
        weighing.weigh([piece for share in shares for piece in share], batch)
        for piece in shares[world.rank]:
            piece.logp_ref = piece.logps(reference, batch.temperature)
            if number:
                piece.logp_prox = piece.logps(policy, batch.temperature)
                outputs = loss(piece.loss_inputs(piece.logp_prox))
                measure_start(sums, piece, outputs, loss.importance_cap)
        prepared.append(shares[world.rank])
    return prepared
