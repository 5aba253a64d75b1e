"""prepare: items of the sources → prompts, demonstrations and, under a prefix of their own, references."""

import time
from typing import NamedTuple

from astor.run.begun import own_prompts, references_of
from astor.run.prepared import prompts_places
from astor.run.reading import gather, make_sources
from astor.run.run import Run
from astor.storage import ArtifactRef


class Prepared(NamedTuple):
    """Refs of what `prepare` commits."""

    prompts: ArtifactRef
    references: ArtifactRef


def prepare(run: Run) -> Prepared:
    """Commit prompts and demonstrations, and apart from them references; what the same data made before is found again.

    A run that has begun goes on with its own, whatever other code would make of its data.

    Raises:
        UserError: a source cannot be read, or a task has no prompts in a split.
    """
    if (own := own_prompts(run)) and (known := references_of(run, own)):
        return Prepared(own, known)
    prompts_uri, references_uri = prompts_places(run)
    references = run.artifacts.done(references_uri, {})
    if references and (prompts := run.artifacts.done(prompts_uri, {"references": references})):
        return Prepared(prompts, references)
    began = time.perf_counter()
    gathered = gather(run, make_sources(run), verified=True)
    references = run.artifacts.commit(references_uri, {}, references=gathered.references)
    # What all of it took is told by the prompts: steps that tell people of it may not open references.
    run.artifacts.begin(began)
    prompts = run.artifacts.commit(
        prompts_uri,
        {"references": references},
        prompts=gathered.framed_prompts(),
        demonstrations=gathered.shuffled_demonstrations(),
        origins=gathered.origins(),
    )
    return Prepared(prompts, references)
