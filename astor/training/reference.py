"""Log-probabilities of the policy that the trained one is held to, with as little memory as the options ask for."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext

from torch import Tensor

from astor.policies.lora import adapter_off, round_weights
from astor.policies.policy import Policy
from astor.training.micro_batch import MicroBatch, logps_together
from astor.training.options import ReferenceKind


class Reference:
    """The policy that KL is measured to: one of its own, or the base of the adapter that is trained."""

    def __init__(self, policy: Policy | None, trained: Policy, kind: ReferenceKind) -> None:
        """`policy` is None where `trained` has an adapter; where `kind` is not `shared` it is this object's own."""
        assert trained.lora or policy, "a policy without an adapter needs a reference policy"
        assert policy is None or policy.model is not trained.model, "the reference policy must not be trained"
        self._model = trained.model if policy is None else policy.model
        self._is_base, self._device = policy is None, trained.device
        self._offloaded = policy is not None and kind == "offloaded"
        if policy is not None and kind != "shared":
            round_weights(self._model.requires_grad_(False))

    @contextmanager
    def at_hand(self) -> Iterator["Reference"]:
        """Within, log-probabilities can be asked for: an offloaded policy lies on the trained one's device."""
        if self._offloaded:
            self._model.to(self._device)
        try:
            yield self
        finally:
            if self._offloaded:
                self._model.to("cpu")

    def logps(self, pieces: Sequence[MicroBatch], temperature: float, tokens: int) -> list[Tensor]:
        """(R, L) for each piece, log-probabilities of its completions, without a graph, in passes of at most `tokens`
        padded tokens."""
        with adapter_off(self._model) if self._is_base else nullcontext():
            return logps_together(pieces, self._model, temperature, tokens)
