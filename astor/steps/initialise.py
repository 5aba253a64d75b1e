"""initialise: a model from nothing, a directory, the registry or a package → policy_0, the reference policy too."""

from pathlib import Path

from astor.policies.card import policy_ref
from astor.run.begun import own_policy
from astor.run.code import code_digest
from astor.run.progress import LIBRARIES, report_progress
from astor.run.run import Run
from astor.storage import ArtifactRef, PolicyRef, digest_json
from astor.training.first_policy import FirstPolicyOptions


def initialise(run: Run, prompts: ArtifactRef) -> PolicyRef:
    """Commit policy_0 and return its ref; what the same options made before is found again.

    A run that has begun goes on with its own, whatever other code would make.

    `prompts` is what `prepare` committed: a policy that speaks from demonstrations is made from them.
    """
    return own_policy(run) or make_policy(run, run.first_policy(), prompts)


def make_policy(run: Run, options: FirstPolicyOptions, prompts: ArtifactRef | None = None) -> PolicyRef:
    """Commit the policy that the options make, in the run's store, and return its ref; or what they made before.

    `prompts` are needed where the options read demonstrations.
    """
    made_from = {"prompts": prompts} if prompts and options.reads_demonstrations else {}
    code = code_digest("policies", "training/warm_start.py", "training/first_policy.py")
    threads = [run.recipe.threads, run.recipe.processes] if options.reads_demonstrations else []
    inputs = [ref.digest for ref in made_from.values()]
    key = digest_json([options.identity(), inputs, threads, code])[:16]
    uri = f"{run.places.root}/cache/policies/{key}"
    if done := run.artifacts.done(uri, made_from):
        return policy_ref(done)
    report_progress(LIBRARIES, 0, 0, "torch, transformers")
    ranks = run.services.ranks  # They import the libraries, too: beside this process, not after it.
    from astor.policies.adapted import merge  # torch, as what makes it
    from astor.policies.policy import save_policy
    from astor.run.threads import set_threads

    report_progress(LIBRARIES, 1, 1)
    set_threads(run.recipe)
    demonstrations = run.artifacts.read(prompts, "demonstrations") if prompts and options.reads_demonstrations else []
    policy = options.make(demonstrations, report_progress, ranks)
    if options.chat is not None:
        policy.chat = policy.chat.with_options(options.chat)
    merge(policy)
    policy.card = None  # whatever it was elsewhere, here it is the first

    def write(directory: Path) -> None:
        save_policy(policy, directory, run.recipe.digest, options.parents())

    return policy_ref(run.artifacts.commit(uri, made_from, policy=write))
