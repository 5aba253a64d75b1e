"""A vLLM on a CPU whose weights lie as the files have them, as on a GPU."""

from pathlib import Path

UNPACKED = """#!/bin/sh
PYTHONPATH={paths} exec {python} "$@"
"""
AS_ON_A_GPU = """
import importlib.abc, sys
class Finder(importlib.abc.MetaPathFinder):
    "vLLM packs weights for oneDNN on a CPU; without it they lie as the files have them, as on a GPU."
    def find_spec(self, name, path, target=None):
        if name != "vllm.model_executor.layers.utils":
            return None
        sys.meta_path.remove(self)
        import vllm._custom_ops as ops
        ops._supports_onednn = False
        return None
sys.meta_path.insert(0, Finder())
"""


def python_without_packing(directory: Path, python: Path) -> Path:
    """A program in `directory` that is `python` but for that."""
    (directory / "sitecustomize.py").write_text(AS_ON_A_GPU)
    path = directory / "python"
    path.write_text(UNPACKED.format(paths=directory, python=python))
    path.chmod(0o755)
    return path
