"""Suites: what policies are asked and measured by, one YAML file each; and what computes that."""

from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

from pydantic import Field, ValidationError, model_validator

from astor.data.splits import SplitOptions
from astor.errors import UserError
from astor.explain import explain, nearest
from astor.options import Options
from astor.recipe.load import override, parse_yaml
from astor.recipe.recipe import CHANGING, EngineChoice, Recipe, SandboxChoice
from astor.recipe.sections import BatchOptions, DataOptions, EvaluationOptions, SourceOptions
from astor.recipe.tasks import TasksOptions
from astor.records import Split
from astor.rollout.options import TransformersEngineOptions
from astor.sandbox import SandboxOptions
from astor.sandbox.options import Limits
from astor.training.first_policy import HuggingFaceOptions


class Suite(Options):
    """Questions from one source, and how the answers are measured."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,40}$")
    """What it is called, on the command line and in results."""
    about: str = ""
    """What it measures, in a sentence."""
    origin: str = ""
    """Where its data are published."""
    source: SourceOptions
    """Where its items come from."""
    split: Split | None = None
    """Of the source's items those of this split alone are asked about; None: all are."""
    splits: SplitOptions = SplitOptions()
    """How the source's items are divided, where `split` names one."""
    prompts: int | None = Field(default=None, ge=1)
    """Most prompts of each task, the first ones that there are; None: all. A source without end needs a number."""
    tasks: TasksOptions
    """Key → options of a task, as in a recipe."""
    samples: int = Field(default=1, ge=1)
    """Sampled answers to a prompt; a greedy one stands beside them."""
    temperature: float = Field(default=0.8, gt=0, le=2)
    """Temperature of sampled answers."""
    top_p: float = Field(default=0.95, gt=0, le=1)
    """Share of the probability whose likeliest tokens alone are drawn for sampled answers."""
    seed: int = Field(default=0, ge=0)
    """What all draws descend from: sample i of a prompt is the same whatever else is asked."""
    pass_at: tuple[int, ...] = ()
    """Each k of which pass@k is told; empty: 1, 5, 10 and 100, as far as there are samples, and their number."""
    measures: tuple[str, ...] = Field(default=("score",), min_length=1)
    """Metrics that are told first. Models are compared by the first of them, which each prompt has a value in [0, 1]
    of."""
    limits: Limits = Limits()
    """What one program may use, in place of the sandbox's own limits."""

    @model_validator(mode="after")
    def _samples_suffice(self) -> Self:
        if beyond := [k for k in self.pass_at if not 1 <= k <= self.samples]:
            raise ValueError(
                f"pass_at has {beyond[0]}, and samples is {self.samples}, of which no more are drawn: raise samples, "
                "or leave it out"
            )
        return self


class Bench(Options):
    """What computes evaluations: it decides nothing of what is measured, but how sums are rounded."""

    rollout: EngineChoice = TransformersEngineOptions()
    sandbox: SandboxChoice = SandboxOptions()
    threads: int = Field(default=2, ge=1)
    """Threads of CPU mathematics."""
    processes: int = Field(default=1, ge=1)
    """Processes of CPU mathematics that share the work on a policy."""
    block: int = Field(default=64, ge=1)
    """Prompts whose answers are committed together: most that an interruption loses."""

    @property
    def deciding(self) -> dict[str, Any]:
        """What of it answers are kept apart by: which engine, and what it is told of answers."""
        sandbox = self.sandbox.model_dump(mode="json", exclude={"limits", *CHANGING["sandbox"]})
        rollout = self.rollout.model_dump(mode="json", exclude=CHANGING["rollout"])
        return {"rollout": rollout, "sandbox": sandbox, "block": self.block}


def recipe_of(suite: Suite, bench: Bench, policy: str) -> Recipe:
    """The recipe of a run without rounds, whose own steps measure a policy on the suite.

    `policy` is the directory of the first one that is measured.
    """
    return Recipe(
        name=suite.name,
        seed=suite.seed,
        rounds=0,
        threads=bench.threads,
        processes=bench.processes,
        policy=HuggingFaceOptions(path=policy),
        data=DataOptions(sources=(suite.source,), splits=suite.splits),
        tasks=suite.tasks,
        batch=BatchOptions(prompts=len(suite.tasks)),
        rollout=bench.rollout,
        sandbox=bench.sandbox.model_copy(update={"limits": suite.limits}),
        evaluation=EvaluationOptions(samples=suite.samples, temperature=suite.temperature, top_p=suite.top_p),
    )


def packaged_suites() -> list[str]:
    """Names of the suites that come with the package, sorted."""
    folder = files("astor.recipes") / "suites"
    return sorted(Path(file.name).stem for file in folder.iterdir() if file.name.endswith(".yaml"))


def held_out_suite(recipe: Recipe) -> Suite:
    """The held-out prompts of a recipe as a suite of the name RECIPE-held-out; UserError where it has several sources.

    Its answers are sampled as in the recipe's own evaluations.
    """
    if len(recipe.data.sources) > 1:
        raise UserError(
            f"The recipe {recipe.name} has {len(recipe.data.sources)} sources, and a suite has one: write a suite of "
            "each as YAML."
        )
    evaluation = recipe.evaluation
    return Suite(
        name=f"{recipe.name[:31]}-held-out",
        about=f"The held-out prompts of the recipe {recipe.name}, which it never trains on.",
        source=recipe.data.sources[0],
        split=Split.HELD_OUT,
        splits=recipe.data.splits,
        prompts=recipe.data.prompts.held_out,
        tasks=recipe.tasks,
        samples=evaluation.samples,
        temperature=evaluation.temperature,
        top_p=evaluation.top_p,
    )


def load_suites(
    names: Sequence[str], overrides: Mapping[str, Any], others: Sequence[Suite] = ()
) -> tuple[list[Suite], Bench]:
    """The suites in the files `names`, or the packaged ones of these names, with `others`, and the bench. Overrides
    (dotted key → value) of keys that a bench has are its own; all others are of every suite.

    Raises:
        UserError: there is no such suite (the nearest is named), two have one name, or a key or value is wrong.
    """
    if not names and not others:
        raise UserError(f"There is nothing to evaluate on: give --suite, one of {', '.join(packaged_suites())}.")
    of_bench = {key: value for key, value in overrides.items() if key.partition(".")[0] in Bench.model_fields}
    of_suites = {key: value for key, value in overrides.items() if key not in of_bench}
    read = [(name, _read(name)) for name in names] + [(one.name, one.model_dump(mode="json")) for one in others]
    suites = [_parse(Suite, suite, of_suites, name) for name, suite in read]
    seen: set[str] = set()
    for suite in suites:
        if suite.name in seen:
            raise UserError(f"Two suites are called {suite.name}: leave one out, or give its file another name.")
        seen.add(suite.name)
    return suites, _parse(Bench, {}, of_bench, "--set")


def _read(name: str) -> Any:
    path, packaged = Path(name), files("astor.recipes") / "suites" / f"{name}.yaml"
    if path.is_file():
        return parse_yaml(path.read_bytes(), name)
    if name in packaged_suites():
        return parse_yaml(packaged.read_bytes(), name)
    known = packaged_suites()
    raise UserError(
        f"There is no suite {name}: {nearest(path.stem, known, 'known are')}; the path of a YAML file of your own is a "
        "suite too."
    )


def _parse(model: type[Any], value: Any, overrides: Mapping[str, Any], where: str) -> Any:
    if not isinstance(value, dict):
        raise UserError(f"{where} holds a {type(value).__name__}, not a mapping of keys: see recipes/suites/mbpp.yaml.")
    try:
        return model.model_validate(override(value, overrides, where))
    except ValidationError as error:
        raise UserError(f"{where}: {explain(error, model)}.") from error


def with_data(suites: Iterable[Suite], given: Mapping[str, str]) -> list[Suite]:
    """The suites, those that `given` names with the data at its path."""
    return [
        suite.model_copy(update={"source": suite.source.model_copy(update={"path": Path(given[suite.name])})})
        if suite.name in given
        else suite
        for suite in suites
    ]
