"""What a pipeline's first task shows, before anything else can be seen: where the run is, and what it is."""

from astor.masking import masked
from astor.registry.connection import sqlite_file
from astor.run.run import Run
from astor.storage import ArtifactRef


def first_card(run: Run, recipe: ArtifactRef) -> str:
    """Markdown: the run's prefix, its page in MLflow, and its resolved recipe. The MLflow run is made for it where
    there is none, so that the page is there; a file of MLflow's has no pages."""
    lines = [f"# {run.places.name}", "", f"- Lies in `{run.places.uri}`", f"- Resolved recipe: `{recipe.uri}`"]
    uri = run.services.tracking_uri
    if sqlite_file(uri) is None:
        lines.append(f"- [MLflow]({masked(uri).rstrip('/')}/{run.services.tracker.page})")
    return "\n".join([*lines, "", "```yaml", masked(run.resolved_text).rstrip(), "```", ""])
