"""The model card of a registered policy: Markdown with the metadata header that Hugging Face reads."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from astor.evaluation.changes import tell_falls
from astor.evaluation.history import Pair, few_prompts
from astor.evaluation.intervals import FEW_PROMPTS
from astor.evaluation.score import ALL, find_score
from astor.policies.base_model import BaseModel
from astor.records import DataOrigin, GateDecision, Scores

UNKNOWN = "not known"


@dataclass(frozen=True)
class Cost:
    """What a run took."""

    seconds: Mapping[str, float]
    """Kind of step → wall seconds."""
    gpus: int = 0
    """GPUs where the run was begun; 0 where none was found."""
    price: float | None = None
    """Of an hour of that machine."""

    @property
    def hours(self) -> float:
        """Wall hours of all steps."""
        return sum(self.seconds.values()) / 3600


@dataclass(frozen=True)
class ModelFacts:
    """Everything that a model card says."""

    model: str
    """Registered model and version, as `astor/3`."""
    digest: str
    base: BaseModel
    data: Sequence[DataOrigin] | None
    """None where it is not known."""
    method: Mapping[str, str]
    """What of the recipe decides how it was trained, name → value."""
    rounds: int
    """Of the run."""
    held_out: Pair
    """The first policy and this one."""
    promotion: Scores
    """This one's."""
    decision: GateDecision
    reproduce: Mapping[str, str]
    """What a repetition needs, name → value."""
    command: str
    cost: Cost


def render_model_card(facts: ModelFacts) -> str:
    """The card; where something is not known it says so."""
    return "\n".join([*_header(facts), *_begin(facts), *_scores(facts), *_limits(facts), *_end(facts), ""])


def _header(facts: ModelFacts) -> list[str]:
    """YAML between two lines of `---`, with what the gate looked at on promotion prompts."""
    from huggingface_hub import EvalResult, ModelCardData

    shown = {(ALL, "mean")} | {(task, one.metric) for task, of_task in facts.decision.tasks.items() for one in of_task}
    results = [
        EvalResult(
            task_type="text-generation",
            task_name=score.task,
            dataset_type="astor",
            dataset_name=f"{score.task}, {score.count} promotion prompts",
            dataset_config=score.task,  # by which results are told apart
            dataset_split=facts.promotion.split,
            metric_type=score.metric,
            metric_name=f"{score.metric}, 95 % interval {score.low:.4f} to {score.high:.4f}",
            metric_value=round(score.value, 4),
        )
        for score in facts.promotion.scores
        if (score.task, score.metric) in shown
    ]
    data = ModelCardData(
        license=facts.base.licence or None,
        base_model=facts.base.hub or None,
        library_name="transformers",
        pipeline_tag="text-generation",
        tags=["code", "reinforcement-learning", "astor"],
        model_name=facts.model,
        eval_results=results,
    )
    return ["---", data.to_yaml().rstrip(), "---", ""]


def _begin(facts: ModelFacts) -> Iterator[str]:
    yield from (f"# {facts.model}", "")
    yield f"A code model, trained by reinforcement learning with verifiable rewards on {_tasks(facts)}."
    yield from ("", "## What it was made from", "")
    yield f"- Base model: {facts.base.told}; licence: {facts.base.licence or UNKNOWN}."
    if facts.data is None:
        yield f"- Data: {UNKNOWN}."
    for one in facts.data or ():
        yield f"- Data: {one.items} items of {one.source}; licence: {one.licence}."
    yield from ("", "## How it was trained", "", "| | |", "|---|---|")
    rounds = f"{facts.decision.challenger_round}, of the run's {facts.rounds}"
    for name, value in ({"rounds": rounds} | dict(facts.method)).items():
        yield f"| {name} | {value} |"


def _scores(facts: ModelFacts) -> Iterator[str]:
    yield from ("", "## Scores", "")
    yield "Sampled answers, mean over prompts with its 95 % interval. Held-out prompts chose this policy among the"
    yield "checkpoints of its run; promotion prompts compared it with the champion before it, and chose nothing."
    yield from ("", "| task | metric | base model, held-out | held-out | promotion |", "|---|---|---:|---:|---:|")
    for score in sorted(facts.promotion.scores, key=lambda one: (one.task == ALL, one.task, one.metric != "score")):
        key = score.task, score.metric
        cells = (_cell(scores, *key) for scores in (facts.held_out.before, facts.held_out.after, facts.promotion))
        yield f"| {score.task} | {score.metric} | {' | '.join(cells)} |"
    verdict = "promoted it" if facts.decision.promoted else "did not promote it"
    yield from ("", f"The promotion gate {verdict}. {facts.decision.reason}")


def _limits(facts: ModelFacts) -> Iterator[str]:
    yield from ("", "## Known limits", "")
    yield f"- It was measured on {_tasks(facts)} alone, by the prompts of its run; nothing is known of anything else."
    yield "- It answers prompts of the form that it was trained on, which `tasks.json` beside its weights describes."
    yield "- What it writes may be wrong or harmful: run its programs in a sandbox."
    if few := few_prompts(facts.held_out.before, {}):
        told = ", ".join(f"{task} {count}" for task, count in few.items())
        yield f"- Below {FEW_PROMPTS} prompts a score says little: {told}."
    falls = tell_falls({"": facts.held_out.falls}, str)
    for what, fallen in (("by more than its interval", falls["beyond"]), ("within its interval", falls["within"])):
        if fallen:
            yield f"- Worse than the base model on held-out prompts, {what}: {'; '.join(map(str.strip, fallen))}."


def _end(facts: ModelFacts) -> Iterator[str]:
    yield from ("", "## How to reproduce it", "", "| | |", "|---|---|", f"| policy digest | `{facts.digest}` |")
    for name, value in facts.reproduce.items():
        yield f"| {name} | {value or UNKNOWN} |"
    yield from ("", "```", facts.command, "```", "", "## What it took", "")
    cost = facts.cost
    steps = ", ".join(f"{step} {seconds / 3600:.3f}" for step, seconds in cost.seconds.items())
    yield f"- Wall hours of all steps: {cost.hours:.3f} ({steps})."
    hours = f"{cost.hours * cost.gpus:.3f}, on {cost.gpus}" if cost.gpus else UNKNOWN
    yield f"- GPU-hours: {hours}."
    yield f"- Cost: {UNKNOWN if cost.price is None else f'{cost.hours * cost.price:.2f}, at {cost.price:g} an hour'}."


def _tasks(facts: ModelFacts) -> str:
    tasks = list(facts.decision.tasks)
    return " and ".join([*filter(None, [", ".join(tasks[:-1])]), tasks[-1]])


def _cell(scores: Scores, task: str, metric: str) -> str:
    try:
        score = find_score(scores, task, metric)
    except KeyError:
        return ""
    return f"{score.value:.3f} [{score.low:.3f}, {score.high:.3f}]"
