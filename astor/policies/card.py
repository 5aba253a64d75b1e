"""The card of a policy: who it is, in `policy.json` beside its weights. No torch."""

from pathlib import Path

from pydantic import ValidationError

from astor.errors import UserError
from astor.records import PolicyCard, read_json, write_json
from astor.storage import ArtifactRef, PolicyRef, find, load

CARD = "policy.json"
WEIGHTS = ".safetensors"
"""How the names of files end that card and chat have no need of."""


def find_card(directory: Path) -> PolicyCard | None:
    """The card in a policy's directory; None where there is none, as for a model that is not of our making."""
    path = directory / CARD
    if not path.is_file():
        return None
    try:
        return read_json(path, PolicyCard)
    except ValidationError as error:
        raise UserError(f"{path} is no card of a policy of this version: remove it, or use another policy.") from error


def write_card(directory: Path, card: PolicyCard) -> None:
    """Write the card into a policy's directory."""
    write_json(directory / CARD, card)


def policy_directory(place: str) -> Path:
    """The directory of a policy: `place`, or the part `policy` of the artifact that was committed there, a path or
    `s3://` URI, as a run's result names it."""
    artifact = find(place)
    return artifact.part("policy") if artifact else Path(place)


def base_place(directory: Path, base: PolicyRef) -> str:
    """Where the base of the adapter in `directory` lies: where it lay when that was saved, or in the same place of a
    store that was moved with both. UserError where it is in neither."""
    uri = base.committed.uri
    inside = Path(uri).parts[-3:]  # as `cache/policies/<key>`
    for place in (uri, *(str(parent.joinpath(*inside)) for parent in directory.absolute().parents)):
        if find(place):
            return place
    raise UserError(
        f"The adapter in {directory} belongs to the policy {base.digest[:12]}, which is no longer at {uri}: bring it "
        "back, or use another policy."
    )


def base_directory(directory: Path, base: PolicyRef) -> Path:
    """The directory of the base of the adapter in `directory`. UserError where it is gone, or another policy."""
    place = base_place(directory, base)
    found = policy_directory(place)
    card = find_card(found)
    if card is None or card.digest != base.digest:
        there = card.digest[:12] if card else "another model"
        raise UserError(
            f"The adapter in {directory} belongs to the policy {base.digest[:12]}, and {place} holds {there}: bring "
            "its base back, or use another policy."
        )
    return found


def policy_ref(artifact: ArtifactRef) -> PolicyRef:
    """The policy that an artifact holds in its part `policy`, told by its card alone: no weights are fetched."""
    card = find_card(load(artifact).part("policy", leave_out=WEIGHTS))
    assert card is not None, f"{artifact} was committed without a card"
    return PolicyRef(card.digest, card.lineage, artifact)
