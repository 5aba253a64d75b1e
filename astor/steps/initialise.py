"""initialise: a model from nothing, a directory or a package → policy_0, which is the reference policy too."""

from pathlib import Path

from astor.policies.options import HuggingFaceOptions, PackageOptions, TinyOptions
from astor.policies.package import package_directory
from astor.policies.policy import Policy, load_policy, save_policy
from astor.steps.code import code_digest
from astor.steps.progress import report_progress
from astor.steps.run import Run
from astor.steps.threads import set_threads
from astor.storage import digest_json
from astor.training.warm_start import warm_start


def initialise(run: Run, prompts: str) -> str:
    """Commit policy_0 and return its reference; what the same options made before is found again.

    `prompts` is what `prepare` committed: a tiny policy is made from its demonstrations.
    """
    options = run.recipe.policy
    tiny = isinstance(options, TinyOptions)
    made_from = {"prompts": prompts} if tiny else {}
    code = code_digest("policies", "training/warm_start.py")
    parameters = [options.model_dump(mode="json"), list(made_from.values()), run.recipe.threads if tiny else 0, code]
    uri = f"{run.root}/cache/policies/{digest_json(parameters)[:16]}"
    if reference := run.done(uri, made_from):
        return reference
    set_threads(run.recipe)
    policy = make_policy(run, prompts, options)

    def write(directory: Path) -> None:
        save_policy(policy, directory, parent=None, round=0, recipe_digest=run.recipe.digest)

    return run.commit(uri, made_from, policy=write)


def make_policy(run: Run, prompts: str, options: TinyOptions | HuggingFaceOptions | PackageOptions) -> Policy:
    """The policy that the options describe."""
    match options:
        case TinyOptions():
            demonstrations = run.read(prompts, "demonstrations")
            steps = options.warm_start.steps
            return warm_start(
                demonstrations, options, options.warm_start.seed, lambda step, loss: report_step(step + 1, steps, loss)
            )
        case PackageOptions():
            return load_policy(package_directory(options.name))
        case HuggingFaceOptions():
            return load_policy(options.path)


def report_step(step: int, steps: int, loss: float) -> None:
    """Show a warm start's progress."""
    if step % 20 == 0 or step == steps:
        report_progress("initialise", step, steps, f"loss {loss:.2f}")
