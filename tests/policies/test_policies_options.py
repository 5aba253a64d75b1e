"""Option models load without torch, and are told apart by their type."""

import subprocess
import sys

import pytest
from pydantic import TypeAdapter, ValidationError

from astor.policies.options import HuggingFaceOptions, PackageOptions, PolicyOptions, TinyOptions


def test_the_type_decides() -> None:
    adapter = TypeAdapter(PolicyOptions)
    assert isinstance(adapter.validate_python({"type": "tiny"}), TinyOptions)
    assert isinstance(adapter.validate_python({"type": "huggingface", "path": "models/mine"}), HuggingFaceOptions)
    assert isinstance(adapter.validate_python({"type": "package", "name": "smollm2"}), PackageOptions)
    with pytest.raises(ValidationError):
        adapter.validate_python({"type": "package", "name": "unknown"})


def test_a_width_that_the_heads_do_not_divide_is_refused() -> None:
    with pytest.raises(ValidationError, match="multiple"):
        TinyOptions(hidden_size=100, heads=3)


def test_reading_options_does_not_import_torch() -> None:
    program = (
        "import sys, astor.policies.options, astor.rollout.options, astor.training;"
        "sys.exit('torch' in sys.modules or 'transformers' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
