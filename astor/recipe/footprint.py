"""What an update takes of one device's memory, derived from the policy's size and from how it is trained."""

from typing import Any, NamedTuple, Self

from astor.policies.size import BYTES, HALF, PolicySize

COPIES = 3
"""Of the logits in memory that are alive at once: themselves, their log-softmax, and their gradient."""
LOGITS = 1 << 26
"""Numbers of a chunk of logits: `astor.policies.head`, which brings torch."""


class Training(NamedTuple):
    """What memory depends on besides the policy's size."""

    trained: int
    """Parameters that are trained: all, or the adapter's."""
    whole: bool
    """Whether these are all of the policy's."""
    checkpointing: bool
    reference: str
    """How the reference policy is kept, as `training.reference` has it."""
    answered: int
    """Tokens of completions in a micro-batch."""
    prompted: int
    """Tokens of their prompts, each counted for every completion."""
    computed: int
    """Tokens that are computed: completions, and each prompt once."""
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
        zero: int = 0,
        ranks: int = 1,
    ) -> Self:
        """Of an update engine's options, where a mini-batch has `prompts` of `prompt` tokens, each with `rollouts`
        answers of `answer` tokens: the most there may be."""
        lora = getattr(options, "lora", None)
        budget = getattr(options, "tokens_per_micro_batch", 16384)
        rows = max(min(budget // (prompt + answer), prompts * rollouts), 1)
        return cls(
            trained=lora_parameters(size, lora.rank, lora.targets) if lora else size.parameters,
            whole=lora is None,
            checkpointing=getattr(options, "gradient_checkpointing", False),
            reference=getattr(options, "reference", "shared"),
            answered=rows * answer,
            prompted=rows * prompt,
            computed=rows * answer + -(-rows // rollouts) * prompt,
            bf16=bf16,
            zero=zero,
            ranks=ranks,
        )


class Footprint(NamedTuple):
    """Bytes on one device, at the peak of an update."""

    weights: int
    """In the precision in which they are computed with, and in that in which they are trained."""
    gradients: int
    moments: int
    reference: int
    activations: int
    """What the backward pass needs of a micro-batch."""
    logits: int
    """And of those that are in memory at once, with the gradient of the head."""

    @property
    def peak(self) -> int:
        return sum(self)


def footprint(size: PolicySize, training: Training) -> Footprint:
    """Derived; `benchmarks/memory.py` holds it against what is measured."""
    held, trained = size.parameters, training.trained
    share = [training.ranks if training.zero >= stage else 1 for stage in (1, 2, 3)]
    number = HALF if training.bf16 else BYTES
    # Masters are fp32, and computed with as they are or in a copy in bf16. Frozen weights have none.
    masters = BYTES * trained // share[0] if training.whole or not training.bf16 else BYTES * trained
    copies = number * held // share[2] if training.bf16 or not training.whole else 0
    reference = {"shared": BYTES, "bf16": HALF}.get(training.reference, 0) * held if training.whole else 0
    width = HALF if training.zero and training.bf16 else BYTES
    head = size.vocabulary * size.hidden_size * width if training.whole else 0
    logits = COPIES * BYTES * min(training.answered * size.vocabulary, LOGITS)
    return Footprint(
        weights=masters + copies,
        gradients=width * trained // share[1],
        moments=2 * BYTES * trained // share[0],
        reference=(HALF * held if training.zero and training.whole else reference) // share[2],
        activations=_activations(size, training, number),
        logits=logits + head,
    )


def lora_parameters(size: PolicySize, rank: int, targets: tuple[str, ...]) -> int:
    """Of an adapter to those of the usual maps of a block that `targets` names."""
    hidden, mlp, one = size.hidden_size, size.mlp_size, size.keys // 2
    maps = dict.fromkeys(("q_proj", "o_proj"), 2 * hidden)
    maps |= dict.fromkeys(("k_proj", "v_proj"), hidden + one)
    maps |= dict.fromkeys(("gate_proj", "up_proj", "down_proj"), hidden + mlp)
    return size.layers * rank * sum(maps.get(name, 2 * hidden) for name in targets)


def _activations(size: PolicySize, training: Training, number: int) -> int:
    """A block keeps per computed token the inputs of two norms and what they give, queries, what attention gives and
    its projection, two sums; and the MLP's gate, its activation, the other half and their product. Per token that is
    attended to, keys and values; and once more for a prompt's, which are copied for each of its completions."""
    block = training.computed * (9 * size.hidden_size + 4 * size.mlp_size)
    keys = (training.answered + 2 * training.prompted) * size.keys
    if not training.checkpointing:
        return size.layers * (block + keys) * number
    kept = training.computed * size.hidden_size + training.prompted * size.keys
    return (size.layers * kept + block + keys) * number
