"""Arrays and numbers of numpy, where programs and their tests may import it."""

import pytest
from check_bodies import passes

from astor.sandbox import Limits, Sandbox, SandboxOptions

PROGRAM = """
import numpy as np
def make(n): return np.arange(n)
def five(): return np.int64(5)
def add(a): a += 1
def nested(): return {"a": [np.zeros((1, 2)), np.float64(0.5)]}
def objects(): return np.array([make], dtype=object)
"""


def test_they_are_compared_as_in_plain_python():
    pytest.importorskip("numpy")
    limits = Limits(cpu_seconds=2, wall_seconds=8, memory_mb=512)
    with Sandbox(SandboxOptions(workers=1, limits=limits, allowed_imports=("numpy",))) as sandbox:
        passes(
            sandbox,
            PROGRAM,
            "import numpy as np\nnp.testing.assert_allclose(make(3), [0, 1, 2])\nassert make(3).sum() == 3",
            "import numpy as np\nassert solution.five() == 5 and isinstance(solution.five(), np.integer)",
            "assert make(3) == pytest.approx([0, 1, 2 + 1e-9]) and solution.nested()['a'][0].shape == (1, 2)",
            "import numpy as np\na = np.zeros(2)\nsolution.add(a[:])\nassert a.tolist() == [1, 1]",
            "assert len(solution.objects()) == 1 and solution.objects()[0] is make",
        )
