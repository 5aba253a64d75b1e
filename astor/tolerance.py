"""How far a float may lie from the one that is expected."""

from pydantic import Field

from astor.options import Options


class Tolerance(Options):
    """A number is the expected one where they differ by `relative` of the larger, or by `absolute`: either will do."""

    absolute: float = Field(ge=0, allow_inf_nan=False)
    """Largest difference, from 0."""
    relative: float = Field(ge=0, lt=1)
    """Largest share of the larger of the two by which they may differ, from 0 to below 1."""
