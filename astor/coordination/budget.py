"""A budget: what a run may generate while it trains, so that methods are compared at equal cost."""

from pydantic import Field

from astor.options import Options


class BudgetOptions(Options):
    """What a run may spend on training. It ends before the first round that does not fit, its rounds at the latest.

    Whatever was generated counts, of every draw of a round, discarded answers too; evaluations do not.
    """

    tokens: int | None = Field(default=None, ge=1)
    """Tokens generated in training; None sets no limit."""
    prompts: int | None = Field(default=None, ge=1)
    """Prompts rolled out in training; None sets no limit."""

    @property
    def is_set(self) -> bool:
        """Whether there is a limit at all."""
        return self.tokens is not None or self.prompts is not None

    def require_round(self, prompts: int, tokens: int) -> None:
        """ValueError where the batch of one round may take more than there is."""
        for name, has, takes in (("prompts", self.prompts, prompts), ("tokens", self.tokens, tokens)):
            if has is not None and has < takes:
                raise ValueError(f"budget.{name} is {has}, and one batch may take {takes}: give it as many at least")

    def ends(self, rounds: int, tokens: int, prompts: int) -> bool:
        """Whether no further round fits after `rounds` that took so much together.

        The next one is taken to cost what those cost in the mean (our choice: what it will cost is not known before it
        is rolled out, and with the dearest round so far a method of uneven rounds would end earlier than another).
        """
        spent = ((tokens, self.tokens), (prompts, self.prompts))
        return rounds > 0 and any(limit is not None and used * (rounds + 1) > limit * rounds for used, limit in spent)
