"""The commands and services of `benchmarks/hostile`, which these tests take away."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
