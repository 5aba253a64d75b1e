"""What every record is: frozen, closed, and versioned."""

from typing import ClassVar

from astor.options import Options


class Record(Options):
    """A frozen model whose files name its schema. A change of fields raises `schema_version`."""

    schema_version: ClassVar[int] = 1

    @classmethod
    def schema_name(cls) -> str:
        """The record's name and schema version, as manifests name it: `Prompt/1`."""
        return f"{cls.__name__}/{cls.schema_version}"
