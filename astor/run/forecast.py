"""What a run would take, and how far it is: what can be told before anything is spent."""

from functools import cached_property

from astor.recipe.estimate import workload
from astor.recipe.memory import Memory, checkpoint_bytes, memory, policy_bytes
from astor.run.pace import Pace, at_once, find_pace
from astor.run.prepared import Prepared
from astor.run.run import Run

CHARACTERS = 3
"""Of a prompt that become one token, as a rule of thumb: tokenizers make three to four of code one."""
KEPT = 3
"""Checkpoints at once: the last two, and the best on held-out prompts."""
PER_TOKEN, PER_ROLLOUT, PER_PROMPT, PER_RUN = 12, 800, 500, 4 * 2**20
"""Bytes of records. Measured: the quickstart's rounds come to 450 kB, of 512 rollouts and 4,200 tokens; its prompts and
references to 13 MB; MLflow's database, the report and the tokenizers to about 4 MB."""


class Forecast:
    """A run, and the prompts that there are for it."""

    def __init__(self, run: Run, prepared: Prepared | None) -> None:
        """`prepared`: None where nobody has counted the prompts."""
        self.run, self.recipe, self.prepared = run, run.recipe, prepared
        self.size, self.work = run.recipe.policy.size(), workload(run.recipe)
        committed = run.places.committed_below()
        self.begun, self.finished = "plan" in committed, f"results/{run.recipe.rounds:05d}" in committed
        self.rounds = sum(place.startswith("rounds/") and place.endswith("/update") for place in committed)
        self.evaluated = sum(place.startswith("evaluations/") and place.endswith("/scores") for place in committed)

    @cached_property
    def pace(self) -> Pace | None:
        """How fast this run goes, or one that is like it; None where none was measured."""
        return find_pace(self.run)

    @cached_property
    def memory(self) -> Memory | None:
        """At the peak; None where the policy's size is not known."""
        return memory(self.recipe, self.size, self.prompt_tokens) if self.size else None

    @property
    def prompt_tokens(self) -> int | None:
        """Of the longest prompt, about; None where nobody has counted the prompts."""
        longest = self.prepared.longest if self.prepared else 0
        return -(-longest // CHARACTERS) or None

    @property
    def tokens(self) -> float | None:
        """That the whole run will generate, at the lengths of the run that was measured; None where none was."""
        if self.pace is None:
            return None
        each = self.pace.tokens / (self.recipe.batch.prompts * self.recipe.batch.rollouts)
        return each * (self.work.trained + self.work.judged)

    @property
    def checkpoint(self) -> int:
        """Bytes of one; 0 where the policy's size is not known."""
        return checkpoint_bytes(self.recipe, self.size) if self.size else 0

    @property
    def kept(self) -> int:
        """Checkpoints that lie in the store at once."""
        return min(KEPT, self.work.checkpoints)

    @property
    def weights_on_disk(self) -> int:
        """Bytes of checkpoints, and of the first and the last policy: they are certain."""
        return self.kept * self.checkpoint + (2 * policy_bytes(self.size) if self.size else 0)

    @property
    def disk(self) -> int | None:
        """Bytes of the whole run at most; None where the policy's size is not known."""
        if self.size is None:
            return None
        counts = self.recipe.data.prompts
        prompts = len(self.recipe.tasks) * (counts.train + counts.held_out + counts.promotion)
        tokens = self.work.most_tokens if self.tokens is None else round(self.tokens)
        records = (self.work.trained + self.work.judged) * PER_ROLLOUT + tokens * PER_TOKEN
        return self.weights_on_disk + records + (prompts + sum(counts.demonstrations.values())) * PER_PROMPT + PER_RUN

    @property
    def saved(self) -> float | None:
        """Seconds that overlap saves of the whole run, in all rounds but the first; None where no run was measured."""
        if self.pace is None:
            return None
        return max(self.recipe.rounds - 1, 0) * self.pace.beside if at_once(self.run) else 0.0

    @property
    def seconds(self) -> float | None:
        """That are left; None where no run was measured."""
        if self.pace is None or self.finished:
            return None
        evaluations = max(self.work.evaluations + 2 - self.evaluated, 0)
        known = self.prepared is not None and self.prepared.verified  # and the first policy with the prompts
        first = 0.0 if self.begun else self.pace.plan if known else self.pace.first
        rounds = max(self.recipe.rounds - self.rounds, 0)
        return first + rounds * self.pace.round + evaluations * self.pace.evaluation + self.pace.promote
