"""One code model, several coding tasks, one better model: reinforcement learning with verifiable rewards."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("astor-rl")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0+unknown"
