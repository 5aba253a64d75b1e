"""Option models load without torch."""

import subprocess
import sys

import pytest
from pydantic import ValidationError

from astor.policies.options import TinyOptions


def test_a_width_that_the_heads_do_not_divide_is_refused() -> None:
    with pytest.raises(ValidationError, match="multiple"):
        TinyOptions(hidden_size=100, heads=3)


def test_reading_options_does_not_import_torch() -> None:
    program = (
        "import sys, astor.policies.options, astor.rollout.catalogue, astor.training.first_policy;"
        "sys.exit('torch' in sys.modules or 'transformers' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
