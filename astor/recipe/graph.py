"""The graph of a compiled pipeline: what of a recipe it was drawn by, which nothing changes but compiling it anew."""

from typing import Literal, Self

from astor.errors import UserError
from astor.options import Options
from astor.recipe.nodes import update_nodes
from astor.recipe.provision import ANEW, Provision
from astor.recipe.recipe import Recipe


class Graph(Options):
    """What a pipeline has of a recipe."""

    granularity: Literal["step", "segment"]
    links: int
    """Rounds or segments in its chain."""
    staleness: int = 0
    """How rounds follow one another, which those in a segment do by themselves."""
    evaluate_every: int = 0
    """Rounds between evaluations, which segments make by themselves."""
    nodes: int = 1
    """On which an update runs."""
    accelerators: int = 0
    """Of each of them; 0: processors, which any number of processes share."""
    provision: Provision = Provision()

    @classmethod
    def of(cls, recipe: Recipe) -> Self:
        """The graph that a recipe makes. UserError where nodes of its cluster cannot update together."""
        by_step, cluster = recipe.granularity == "step", recipe.cluster
        return cls(
            granularity=recipe.granularity,
            links=links(recipe),
            staleness=recipe.staleness if by_step else 0,
            evaluate_every=recipe.evaluation.every if by_step else 0,
            nodes=update_nodes(recipe),
            accelerators=cluster.pools.train.accelerators if cluster else 0,
            provision=Provision.of(recipe),
        )

    def require(self, recipe: Recipe) -> None:
        """UserError where the graph is not the recipe's, told before anything is spent."""
        if self.granularity != recipe.granularity:
            raise UserError(
                f"granularity is {recipe.granularity}, and the pipeline's chain is one of {self.granularity}s: set "
                f"granularity: {self.granularity}, or compile the pipeline anew."
            )
        if self.granularity == "step":
            self._require_steps(recipe)
        elif links(recipe) != self.links:
            raise UserError(
                f"rounds is {recipe.rounds}, which makes {recipe.segments} segments of {recipe.rounds_per_segment}, "
                f"and the pipeline's chain has {self.links}: change rounds or rounds_per_segment so that they fit, or "
                f"{ANEW}."
            )
        self._require_processes(getattr(recipe.training, "processes", None))
        self.provision.require(recipe)

    def _require_steps(self, recipe: Recipe) -> None:
        if self.staleness != recipe.staleness:
            raise UserError(
                f"staleness is {recipe.staleness}, and the pipeline's rounds follow one another as with "
                f"{self.staleness}: set staleness: {self.staleness}, or compile the pipeline anew."
            )
        every = self.evaluate_every
        for key, wanted, drawn, has in (
            ("rounds", recipe.rounds, self.links, f"the pipeline's chain has {self.links}"),
            (
                "evaluation.every",
                recipe.evaluation.every,
                every,
                f"the pipeline evaluates every {every} rounds" if every else "the pipeline evaluates between no rounds",
            ),
        ):
            if wanted != drawn:
                raise UserError(f"{key} is {wanted}, and {has}: set it to {drawn}, or {ANEW}.")

    def _require_processes(self, processes: int | None) -> None:
        room = self.nodes * self.accelerators
        if room and processes and (processes > room or (self.nodes > 1 and processes != room)):
            nodes = f"{self.nodes} nodes" if self.nodes > 1 else "one node"
            raise UserError(
                f"training.processes is {processes}, and the pipeline's update has {nodes} of {self.accelerators} "
                f"accelerators: set it to {room}, or {ANEW}."
            )


def links(recipe: Recipe) -> int:
    """Rounds or segments that the recipe's chain has."""
    return recipe.segments if recipe.granularity == "segment" else recipe.rounds
