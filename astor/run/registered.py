"""A first policy that is registered: which version it is, once and for all of a run, and where its weights are."""

from contextlib import suppress

from astor.errors import UserError
from astor.options import Options
from astor.recipe.recipe import Recipe
from astor.registry.choose import KEY, choose
from astor.registry.models import Registered
from astor.registry.weights import find_policy
from astor.run.services import Services
from astor.storage import Artifact, load
from astor.training.first_policy import FirstPolicyOptions, HuggingFaceOptions, RegisteredOptions

FILE = "registered.json"


class FirstVersion(Options):
    """What a run's recipe meant by a registered model when the run was begun; it lies beside the resolved recipe."""

    model: str
    version: str
    digest: str
    """Of the policy."""


def look_up(options: RegisteredOptions, services: Services) -> Registered:
    """The version that the options mean now; a UserError says what there is where they mean none."""
    version = None if options.version is None else str(options.version)
    return choose(services.tracking_uri, options.model, options.alias, version, KEY)


def first_version(recipe: Recipe, services: Services, planned: Artifact | None) -> dict[str, str]:
    """Name → text of the file that keeps which version a run begins with; none where its first policy is another.

    `planned` is the recipe of a run that has its plan, which goes on with what it began with.
    """
    options = recipe.policy
    if not isinstance(options, RegisteredOptions):
        return {}
    if planned:
        return {FILE: (planned.part("recipe") / FILE).read_text()}
    found = look_up(options, services)
    version = FirstVersion(model=found.name, version=found.version, digest=found.policy.digest)
    return {FILE: version.model_dump_json()}


def moved(recipe: Recipe, services: Services, began: Artifact) -> str:
    """What the recipe's registered model was when the run was begun, and what it is now, in words; empty where that is
    the same, or not to be known."""
    options = recipe.policy
    if isinstance(options, RegisteredOptions):
        with suppress(UserError):  # The registry may be away, and the run has what it needs.
            then, now = _read(began), look_up(options, services)
            if then.version != now.version:
                return f"{then.model}/{then.version}, which is {now.name}/{now.version} now"
    return ""


def first_policy(recipe: Recipe, services: Services, root: str, began: Artifact | None) -> FirstPolicyOptions:
    """What makes the recipe's first policy: of one that is registered, the directory of its weights.

    Args:
        root: of the store.
        began: the run's recipe as it was committed; None outside of a run.

    Raises:
        UserError: the version is gone, or another policy now, or its weights cannot be read.
    """
    options = recipe.policy
    if not isinstance(options, RegisteredOptions):
        return options
    uri = services.tracking_uri
    if began is None:
        version = look_up(options, services)
    else:
        wanted = _read(began)
        version = choose(uri, wanted.model, None, wanted.version, KEY)
        if version.policy.digest != wanted.digest:
            raise UserError(
                f"{wanted.model}/{wanted.version} in MLflow at {uri} is {version.policy.digest[:12]}, not "
                f"{wanted.digest[:12]} as when the run was begun: start over with --fresh."
            )
    directory = load(find_policy(uri, version, root).committed).part("policy")
    return HuggingFaceOptions(path=str(directory), chat=options.chat)


def _read(began: Artifact) -> FirstVersion:
    return FirstVersion.model_validate_json((began.part("recipe") / FILE).read_text())
