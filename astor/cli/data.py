"""`astor data`: what a data set holds, and whether it holds what it claims."""

from typing import Annotated

import typer

from astor.cli.complete import complete_recipe
from astor.cli.limits import CPU_SECONDS, MEMORY_MB, CpuSeconds, MemoryMb, OutputMb, WallSeconds, limits_of
from astor.cli.store import DEFAULT, Store

app = typer.Typer(
    help="Data sets: look at them, check them, prepare them, collect them, probe how hard they are.",
    no_args_is_help=True,
)

Place = Annotated[str, typer.Argument(metavar="SOURCE", help="A file, a directory, s3://… or owner/name on the hub.")]
Format = Annotated[str, typer.Option("--format", help="What SOURCE holds; auto: told from its records.")]


@app.command()
def inspect(source: Place, format: Format = "auto") -> None:
    """Print what SOURCE or a prepared directory holds: counts, lengths, difficulty, licences, a few items."""
    from astor.cli.inspect import inspect_source

    inspect_source(source, format)


@app.command()
def validate(
    source: Place,
    format: Format = "auto",
    write: Annotated[
        bool, typer.Option("--write", help="Take the items that fail out of SOURCE, a prepared directory.")
    ] = False,
    cpu_seconds: CpuSeconds = CPU_SECONDS,
    wall_seconds: WallSeconds = None,
    memory_mb: MemoryMb = MEMORY_MB,
    output_mb: OutputMb = None,
) -> None:
    """Run every reference solution on its own tests; the last line is the result as JSON."""
    from astor.cli.validate import validate_source

    validate_source(source, format, write, limits_of(cpu_seconds, wall_seconds, memory_mb, output_mb))


@app.command()
def prepare(
    source: Place,
    out: Annotated[str, typer.Option(metavar="DIR", help="Directory or s3:// prefix to write.")],
    format: Format = "auto",
    against: Annotated[
        list[str], typer.Option(metavar="EVAL", help="What is evaluated, and must not be trained on; several times.")
    ] = [],
    ngram: Annotated[int, typer.Option(min=1, help="Words of a run that an item may not share with EVAL.")] = 13,
    overlap: Annotated[
        float, typer.Option(min=0, max=0.999, help="Share of an EVAL text's runs from which an item goes; 0: one run.")
    ] = 0.0,
    near_duplicates: Annotated[
        float, typer.Option(min=0.01, max=1, help="Jaccard similarity from which an item is a copy.")
    ] = 0.8,
    verify: Annotated[bool, typer.Option(help="Run references on their tests, and make mutants.")] = True,
    fresh: Annotated[bool, typer.Option("--fresh", help="Replace what DIR holds.")] = False,
) -> None:
    """Read SOURCE, drop what cannot be used, and write the rest at DIR; goes on where it was stopped."""
    from astor.cli.prepare import prepare_source
    from astor.data.decontamination import DecontaminationOptions
    from astor.data.sieve import SieveOptions
    from astor.steps.dataset import DatasetOptions

    decontamination = DecontaminationOptions(ngram=ngram, overlap=overlap)
    sieve = SieveOptions(near_duplicates=near_duplicates, decontamination=decontamination)
    prepare_source(source, out, format, against, DatasetOptions(sieve=sieve, verify=verify), fresh)


@app.command()
def collect(
    recipe: Annotated[
        str,
        typer.Argument(
            metavar="RECIPE", help="A recipe file, or the name of a packaged recipe.", autocompletion=complete_recipe
        ),
    ],
    out: Annotated[str, typer.Option(metavar="DIR", help="Where to collect; the same command goes on there.")],
    overrides: Annotated[list[str], typer.Option("--set", metavar="KEY=VALUE", help="Override a key.")] = [],
    store: Store = DEFAULT,
    trajectories: Annotated[int, typer.Option(min=1, help="Trajectories of each problem.")] = 16,
    turns: Annotated[int, typer.Option(min=1, help="Programs of each trajectory.")] = 3,
    temperature: Annotated[float, typer.Option(min=0, max=2, help="Sampling temperature.")] = 0.6,
    perturbed: Annotated[float, typer.Option(min=0, max=1, help="Share of problems with wrong tests besides.")] = 0,
    block: Annotated[int, typer.Option(min=1, help="Problems that are committed together.")] = 64,
    seed: Annotated[int, typer.Option(min=0)] = 0,
) -> None:
    """Collect a policy's trajectories of code over turns, and cut them into a source to train on."""
    from astor.cli.collect import collect_trajectories
    from astor.steps.collect import CollectOptions

    options = CollectOptions(
        trajectories=trajectories, turns=turns, temperature=temperature, perturbed=perturbed, block=block, seed=seed
    )
    collect_trajectories(recipe, overrides, store, out, options)


@app.command()
def probe(
    directory: Annotated[str, typer.Argument(metavar="DIR", help="A prepared directory.")],
    recipe: Annotated[
        str,
        typer.Option(help="Its tasks, engine and sandbox are used, and its policy.", autocompletion=complete_recipe),
    ],
    policy: Annotated[str, typer.Option(help="A policy's directory, or the one a result names, instead.")] = "",
    overrides: Annotated[list[str], typer.Option("--set", metavar="KEY=VALUE", help="Override a key.")] = [],
    samples: Annotated[int, typer.Option(min=1, help="Answers to each prompt.")] = 4,
    temperature: Annotated[float, typer.Option(min=0.01, max=2, help="Sampling temperature.")] = 0.7,
    seed: Annotated[int, typer.Option(min=0)] = 0,
) -> None:
    """Have a policy answer every item, and write how hard it is into DIR; goes on where it was stopped."""
    from astor.cli.probe import probe_directory
    from astor.recipe.load import load_recipe, parse_overrides
    from astor.steps.probe import ProbeOptions

    options = ProbeOptions(samples=samples, temperature=temperature, seed=seed)
    probe_directory(directory, load_recipe(recipe, parse_overrides(overrides)), policy, options)
