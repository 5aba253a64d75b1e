"""The recipe: everything that decides what a run computes, joined from options beside the classes they configure."""

from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import Field, SerializeAsAny, model_validator

from astor.choice import choice
from astor.coordination.budget import BudgetOptions
from astor.coordination.catalogue import scheduler_classes
from astor.coordination.groups import GroupOptions
from astor.coordination.scheduler import PromptInfo, SchedulerOptions, TaskInfo
from astor.coordination.schedulers.astor import AstorOptions
from astor.errors import UserError
from astor.evaluation.alarms import AlarmOptions
from astor.evaluation.gate import GateOptions
from astor.explain import nearest
from astor.options import Options
from astor.recipe.cluster import ClusterOptions
from astor.recipe.sections import BatchOptions, DataOptions, EvaluationOptions, TrackingOptions
from astor.recipe.tasks import TasksOptions
from astor.rollout.catalogue import engine_options
from astor.rollout.engine import EngineOptions
from astor.rollout.options import TransformersEngineOptions
from astor.sandbox import SandboxOptions
from astor.sandbox.pool.options import PoolOptions
from astor.storage import digest_json
from astor.tasks.catalogue import task_classes
from astor.training.catalogue import update_engine_options
from astor.training.engine import UpdateEngineOptions
from astor.training.first_policy import FirstPolicyOptions, first_policy_options
from astor.training.options import TorchOptions

PolicyChoice = Annotated[SerializeAsAny[FirstPolicyOptions], choice("policy", first_policy_options)]
EngineChoice = Annotated[SerializeAsAny[EngineOptions], choice("rollout engine", engine_options, "transformers")]
SchedulerChoice = Annotated[
    SerializeAsAny[SchedulerOptions],
    choice("scheduler", lambda: {name: scheduler.options_type for name, scheduler in scheduler_classes().items()}),
]
SandboxChoice = Annotated[
    SerializeAsAny[SandboxOptions | PoolOptions],
    choice("sandbox", lambda: {"local": SandboxOptions, "pool": PoolOptions}, default="local"),
]
TrainingChoice = Annotated[
    SerializeAsAny[UpdateEngineOptions], choice("update engine", update_engine_options, default="torch")
]


CHANGING: Any = {
    **dict.fromkeys(("rounds", "granularity", "rounds_per_segment", "checkpoint_every"), True),
    **dict.fromkeys(("threads", "processes", "alarms", "tracking", "cluster"), True),
    "sandbox": {"workers", "urls", "token_env", "patience_seconds"},
    "rollout": {
        *("urls", "vllm_python", "port", "key_env", "hand_over", "requests_together"),
        *("request_seconds", "patience_seconds", "start_seconds"),
    },
}
"""Keys that decide nothing of what a round computes; threads and processes decide how its sums are rounded."""


class Recipe(Options):
    """One run: the policy, the tasks, their data, and how the policy is trained and judged on them."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,40}$")
    """Begins the name of the run's directory."""
    seed: int = Field(0, ge=0)
    """Every random draw of the run descends from it; splits do not depend on it."""
    rounds: int = Field(400, ge=0)
    """Rounds of rollout, verify, score and update. A run that is finished goes on where there are more."""
    budget: BudgetOptions = BudgetOptions()
    idle_rounds: int | None = Field(None, ge=1)
    """Rounds in a row after which the run ends where the rewards of no prompt of any task differed in them: there is
    nothing to learn from. None: it goes on."""
    granularity: Literal["step", "segment"] = "segment"
    """A pipeline task per step, or per `rounds_per_segment` rounds."""
    rounds_per_segment: int = Field(20, ge=1)
    """Rounds of one segment, a multiple of `checkpoint_every` (our choice)."""
    checkpoint_every: int = Field(5, ge=1)
    """Rounds between commits of policy and trainer state inside a segment; the last two are kept."""
    threads: int = Field(2, ge=1)
    """Threads of CPU mathematics: results repeat to the byte only for the same number."""
    processes: int = Field(1, ge=1)
    """Processes of CPU mathematics that share the work on a policy, each with `threads` threads: a small policy's
    operations are too short for threads. Results repeat to the byte only for the same number."""
    staleness: Literal[0, 1] = 0
    """Updates between the policy that rolls a round out and the one that the round updates. 1: a round is rolled out
    while the one before it is updated, which the loss corrects by `training.loss.importance_cap`: by segments in a
    process of its own where there are cores or cards for both, by steps in a task of its own."""
    policy: PolicyChoice
    data: DataOptions
    tasks: TasksOptions
    """Key → options of a task. `type` says which task it is, the key where it is left out: one task may stand here
    several times, under keys of your own."""
    batch: BatchOptions = BatchOptions()
    rollout: EngineChoice = TransformersEngineOptions()
    sandbox: SandboxChoice = SandboxOptions()
    """Where programs run: `local`, the default, in children of the process that verifies, or on a `pool` of servers."""
    groups: GroupOptions = GroupOptions()
    scheduler: SchedulerChoice = AstorOptions()
    training: TrainingChoice = TorchOptions()
    evaluation: EvaluationOptions = EvaluationOptions()
    gate: GateOptions = GateOptions()
    alarms: AlarmOptions = AlarmOptions()
    tracking: TrackingOptions = TrackingOptions()
    cluster: ClusterOptions | None = None
    """Where KFP is, and what tasks ask of Kubernetes; None for a run on one machine."""

    @model_validator(mode="after")
    def _rounds_fit_together(self) -> Self:
        if self.batch.prompts < len(self.tasks):
            raise ValueError(
                f"batch.prompts is {self.batch.prompts} for {len(self.tasks)} tasks: each task needs one at least"
            )
        for name, rounds in (
            ("rounds_per_segment", self.rounds_per_segment),
            ("evaluation.every", self.evaluation.every),
        ):
            if rounds % self.checkpoint_every:
                raise ValueError(f"{name} is {rounds}: make it a multiple of checkpoint_every, {self.checkpoint_every}")
        if self.scheduler.redraws and self.granularity == "step":
            raise ValueError(
                f"the scheduler {self.scheduler.type} draws further prompts within a round, and granularity step has a "
                "task for each step of one draw: set granularity: segment"
            )
        return self

    @model_validator(mode="after")
    def _scheduler_fits_tasks(self) -> Self:
        tasks = [TaskInfo(key, [PromptInfo("any", bucket=0)]) for key in self.tasks]
        try:
            scheduler_classes()[self.scheduler.type](self.scheduler, tasks, self.seed)
        except UserError as error:
            raise ValueError(str(error).rstrip(".")) from error
        return self

    @model_validator(mode="after")
    def _overlap_is_corrected(self) -> Self:
        if self.staleness and self.training.loss.importance_cap is None:
            raise ValueError(
                "staleness is 1 and training.loss.importance_cap null, so nothing would correct for rollouts of the "
                "policy before the one that is updated: set training.loss.importance_cap, as to 2"
            )
        return self

    @model_validator(mode="after")
    def _servers_are_brought_what_is_trained(self) -> Self:
        way = getattr(self.rollout, "hand_over", "none")
        adapter = getattr(self.training, "lora", None) is not None
        if not self.rounds or way == "none" or adapter == (way == "adapter"):
            return self
        if adapter:
            raise ValueError(f"training.lora trains an adapter, and rollout.hand_over is {way}: set it to adapter")
        raise ValueError(
            "rollout.hand_over is adapter, and what is trained are all weights: set it to reload or restart, or give "
            "training.lora"
        )

    @model_validator(mode="after")
    def _budget_holds_a_round(self) -> Self:
        most = max(task.max_tokens for task in self.tasks.values())
        prompts = self.batch.prompts  # Further draws of a round are no more than may be needed.
        self.budget.require_round(prompts, prompts * self.batch.rollouts * most)
        if (self.budget.is_set or self.idle_rounds) and self.granularity == "step":
            raise ValueError(
                f"{'a budget ends' if self.budget.is_set else 'idle_rounds end'} a run at a round that no pipeline "
                "knows beforehand: set granularity: segment"
            )
        return self

    @model_validator(mode="after")
    def _answers_follow_thinking(self) -> Self:
        budget = self.policy.chat.thinking_tokens if self.policy.chat else None
        for key, task in self.tasks.items():
            if budget is not None and budget >= task.max_tokens:
                raise ValueError(
                    f"policy.chat.thinking_tokens is {budget}, and tasks.{key}.max_tokens, of which it is a part, is "
                    f"{task.max_tokens}: lower the one or raise the other"
                )
        return self

    @model_validator(mode="after")
    def _demonstrations_are_of_tasks(self) -> Self:
        # Keys of tasks that a recipe was narrowed from are no slips, so every task that there is may stand here.
        classes = task_classes()
        known = {key: classes[options.type] for key, options in self.tasks.items()} | classes
        names = [*known, *(f"{key}/{kind}" for key, task in known.items() for kind in task.kinds())]
        for key in self.data.prompts.demonstrations:
            task, kinded, _ = key.partition("/")
            unnamed = kinded and task in known and not known[task].kinds()  # what kinds it has is its own matter
            if key not in names and not unnamed:
                raise ValueError(f"unknown key 'data.prompts.demonstrations.{key}': {nearest(key, names, 'known are')}")
        return self

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the resolved recipe."""
        return digest_json(self.model_dump(mode="json"))

    @cached_property
    def lasting(self) -> dict[str, Any]:
        """The resolved recipe without what may change while a run goes on: how long it is, what shares its work, how
        that is cut into tasks and commits, and where it is told."""
        return self.model_dump(mode="json", exclude=CHANGING)

    @property
    def identity(self) -> str:
        """SHA-256 of what lasts of the recipe: recipes that agree in it are one run."""
        return digest_json(self.lasting)

    @property
    def segments(self) -> int:
        """Segments that the rounds make."""
        return -(-self.rounds // self.rounds_per_segment)
