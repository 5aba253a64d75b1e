"""What an update takes of one device's memory, derived from the policy's size and from how it is trained."""

import math
from typing import Any, NamedTuple, Self

from astor.policies.size import BYTES, HALF, LOGITS, PolicySize

COPIES = 3
"""Of the logits in memory that are alive at once: themselves, their log-softmax, and their gradient."""


class Training(NamedTuple):
    """What memory depends on besides the policy's size."""

    trained: int
    """Parameters that are trained: all, or the adapter's."""
    whole: bool
    """Whether these are all of the policy's."""
    checkpointing: bool
    reference: str
    """How the reference policy is kept, as `training.reference` has it; in bf16 where weights are."""
    answered: int
    """Tokens of completions in a micro-batch."""
    prompted: int
    """Tokens of their prompts, each counted for every completion."""
    computed: int
    """Tokens that are computed: completions, and each prompt once."""
    beside: int
    """Numbers that a block keeps for an adapter, per computed token."""
    sketched: int
    """Numbers that are kept to be sketched, per computed token: what sketched maps give, and its gradient."""
    bf16: bool
    zero: int = 0
    """Stage of ZeRO (Rajbhandari and others 1910.02054)."""
    ranks: int = 1
    """Devices that share what the stage shares."""

    @classmethod
    def of(
        cls,
        options: Any,
        size: PolicySize,
        rollouts: int,
        prompt: int,
        answer: int,
        prompts: int,
        *,
        bf16: bool,
        ranks: int = 1,
    ) -> Self:
        """Of an update engine's options, where a mini-batch has `prompts` of `prompt` tokens, each with `rollouts`
        answers of `answer` tokens: the most there may be."""
        lora, stage = getattr(options, "lora", None), getattr(options, "stage", 0)
        reference = getattr(options, "reference", "shared")
        if stage and getattr(options, "precision", "bf16") == "bf16" and reference == "shared":
            reference = "bf16"
        budget = getattr(options, "tokens_per_micro_batch", 16384)
        rows = max(min(budget // (prompt + answer), prompts * rollouts), 1)
        maps = _maps(size)
        adapted = [maps.get(name, maps["o_proj"]) for name in lora.targets] if lora else []
        # An adapter's maps compute with a rounding of their own of what goes in.
        beside = sum(lora.rank + (into if bf16 else 0) for into, _ in adapted) if lora else 0
        given = sum(lora.rank + out for _, out in adapted) if lora else 2 * size.hidden_size
        share = getattr(getattr(options, "sketch", None), "layers", 0.0)
        return cls(
            trained=lora_parameters(size, lora.rank, lora.targets) if lora else size.parameters,
            whole=lora is None,
            checkpointing=getattr(options, "gradient_checkpointing", False),
            reference=reference,
            answered=rows * answer,
            prompted=rows * prompt,
            computed=rows * answer + -(-rows // rollouts) * prompt,
            beside=beside,
            sketched=2 * math.ceil(share * size.layers) * given,
            bf16=bf16,
            zero=stage,
            ranks=ranks,
        )


class Footprint(NamedTuple):
    """Bytes on one device, at the peak of an update."""

    weights: int
    """In the precision in which they are computed with, and in that in which they are trained."""
    gradients: int
    moments: int
    reference: int
    """The reference policy; of one that is offloaded what it takes beyond what is there when it is away."""
    activations: int
    """What the backward pass needs of a micro-batch."""
    logits: int
    """And of those that are in memory at once, with the gradient of the head."""

    @property
    def certain(self) -> int:
        """What is there whatever a micro-batch is."""
        return self.weights + self.gradients + self.moments + self.reference

    @property
    def peak(self) -> int:
        return sum(self)


def footprint(size: PolicySize, training: Training) -> Footprint:
    """Derived; `benchmarks/memory.py` holds it against what is measured."""
    held, trained = size.parameters, training.trained
    share = [training.ranks if training.zero >= stage else 1 for stage in (1, 2, 3)]
    number = HALF if training.bf16 else BYTES
    # Masters are fp32, and computed with as they are or in a copy in bf16. Frozen weights have none.
    masters = BYTES * trained // share[0]
    copies = number * held // share[2] if training.bf16 or not training.whole else 0
    # Gradients are summed in fp32, in whatever precision a backward pass gives them.
    gradients, activations = BYTES * trained // share[1], _activations(size, training, number)
    # A reference policy that is offloaded is on each device as a whole, before there are activations; gradients are
    # dropped by then, but for DeepSpeed's, which stay.
    reference = (BYTES if training.reference == "shared" else HALF) * held if training.whole else 0
    if training.reference != "offloaded":
        reference //= share[2]
    else:
        reference = max(reference - activations - (0 if training.zero else gradients), 0)
    width = HALF if training.zero and training.bf16 else BYTES
    head = size.vocabulary * size.hidden_size * width if training.whole else 0
    logits = COPIES * BYTES * _positions_at_once(training.answered, size.vocabulary) * size.vocabulary
    return Footprint(
        weights=masters + copies,
        gradients=gradients,
        moments=2 * BYTES * trained // share[0],
        reference=reference,
        activations=activations,
        logits=logits + head,
    )


def _positions_at_once(positions: int, vocabulary: int) -> int:
    """Of so many positions those of one chunk of logits: all chunks are alike, and none has more than `LOGITS`."""
    chunks = max(-(-positions // max(LOGITS // vocabulary, 1)), 1)
    return -(-positions // chunks)


def lora_parameters(size: PolicySize, rank: int, targets: tuple[str, ...]) -> int:
    """Of an adapter to those of the usual maps of a block that `targets` names."""
    maps = _maps(size)
    return size.layers * rank * sum(sum(maps.get(name, maps["o_proj"])) for name in targets)


def _maps(size: PolicySize) -> dict[str, tuple[int, int]]:
    """Name of a map of a block → numbers that go in, and that come out."""
    hidden, mlp, one = size.hidden_size, size.mlp_size, size.keys // 2
    maps = dict.fromkeys(("q_proj", "o_proj"), (hidden, hidden))
    maps |= dict.fromkeys(("k_proj", "v_proj"), (hidden, one))
    return maps | {"gate_proj": (hidden, mlp), "up_proj": (hidden, mlp), "down_proj": (mlp, hidden)}


def _activations(size: PolicySize, training: Training, number: int) -> int:
    """A block keeps per computed token the inputs of two norms and what they give, queries, what attention gives and
    its projection, two sums; and the MLP's gate, its activation, the other half and their product. In bf16 norms and
    sums stay in fp32, and what goes into several maps is rounded for each. Per token that is attended to there are keys
    and values; and once more for a prompt's, which are copied for each of its completions."""
    wide = 16 if training.bf16 else 9
    block = training.computed * (wide * size.hidden_size + 4 * size.mlp_size + training.beside)
    keys = (training.answered + 2 * training.prompted) * size.keys
    sketched = training.computed * training.sketched
    if not training.checkpointing:
        return (size.layers * (block + keys) + sketched) * number
    kept = training.computed * size.hidden_size + training.prompted * size.keys
    return (size.layers * kept + block + keys + sketched) * number
