"""What an update has before its first step: mini-batches in pieces, weighed, with log-probabilities that stay."""

from collections.abc import Sequence

from transformers import PreTrainedModel

from astor.losses.loss import Loss
from astor.policies.head import chunks_of
from astor.policies.ranks import World
from astor.records import Batch
from astor.training.measurement import Measurement, measure_start
from astor.training.micro_batch import MicroBatch, logps_together, make_micro_batch
from astor.training.reference import Reference
from astor.training.rows import TrainingGroup, evened, micro_batches, split_evenly
from astor.training.weighing import Weighing


def prepare(
    parts: Sequence[Sequence[TrainingGroup]],
    batch: Batch,
    policy: PreTrainedModel,
    reference: Reference,
    loss: Loss,
    weighing: Weighing,
    world: World,
    tokens_per_micro_batch: int,
    even: bool = False,
) -> tuple[list[list[MicroBatch]], Measurement]:
    """This rank's share of each mini-batch of `parts`, in pieces, and what was measured of where the policy stands.

    What the policy says at the start of the round is left out of the first mini-batch: its own step begins there, and
    finds it out by the way. With `even`, every rank has as many pieces of as many forward passes.
    """
    prepared, sums = [], Measurement(len(batch.quotas), policy.device)
    for groups in parts:
        packed = [micro_batches(share, tokens_per_micro_batch) for share in split_evenly(groups, world.size)]
        if even:
            packed = evened(packed)
        shares = [[make_micro_batch(piece, policy.device) for piece in share] for share in packed]
        for pieces in zip(*shares, strict=True) if even else ():
            chunks = max(chunks_of(policy, piece.mask.numel()) for piece in pieces)
            for piece in pieces:
                piece.chunks = chunks
        weighing.weigh([piece for share in shares for piece in share], batch)
        prepared.append(shares[world.rank])
    own, later = ([piece for share in shares for piece in share] for shares in (prepared, prepared[1:]))
    held_to = reference.logps(own, batch.temperature, tokens_per_micro_batch)
    for piece, logp in zip(own, held_to, strict=True):
        piece.logp_ref = logp
    begun = logps_together(later, policy, batch.temperature, tokens_per_micro_batch)
    for piece, logp in zip(later, begun, strict=True):
        piece.logp_prox = logp
        measure_start(sums, piece, loss(piece.loss_inputs(logp)), loss.importance_cap)
    return prepared, sums
