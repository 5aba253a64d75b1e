"""Models and prompts that benchmarks run on."""

from functools import cache
from itertools import islice
from pathlib import Path

from rollout import demonstrations

from astor.policies.options import TinyOptions
from astor.policies.package import package_directory
from astor.policies.policy import Policy, load_policy, save_policy
from astor.policies.tiny import make_policy


@cache
def texts() -> list[str]:
    """What a tiny tokenizer is made from."""
    return ["".join(m.content for m in one.messages) + one.answer for one in islice(demonstrations(), 2000)]


def model_of(name: str, directory: Path, tiny: TinyOptions | None = None) -> tuple[Path, Policy]:
    """Where a model lies, and itself: `tiny` of random weights, written to `directory`, `smollm2`, or one in a
    directory of its own."""
    if name == "tiny":
        save_policy(make_policy(texts(), tiny or TinyOptions(), seed=0), directory, recipe_digest="")
        return directory, load_policy(directory, device="cpu")
    place = package_directory(name) if name == "smollm2" else Path(name)
    return place, load_policy(place, device="cpu")


def prompts_of(policy: Policy, count: int) -> list[str]:
    """As the policy reads them, of all four tasks in turn."""
    encoded = (policy.chat.encode(one.messages) for one in demonstrations())
    return [policy.chat.tokenizer.decode(tokens) for tokens in islice(encoded, count)]
