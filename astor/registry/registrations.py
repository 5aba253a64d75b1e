"""Which policies are registered at all: whoever removes what a store keeps asks here first."""

from astor.registry.claims import DIGEST
from astor.registry.connection import connect, explained, sqlite_file


def registered_policies(uri: str) -> dict[str, str]:
    """Digest of each policy that is a version of any model in the MLflow at `uri` → its name, as `astor/3`.

    Empty where there is no MLflow yet; nothing is written there.

    Raises:
        UserError: MLflow cannot be used.
    """
    database = sqlite_file(uri)
    if database is not None and not database.exists():
        return {}
    found: dict[str, str] = {}
    with explained(uri):
        client, token = connect(uri), None
        while True:
            versions = client.search_model_versions(page_token=token)
            found |= {one.tags[DIGEST]: f"{one.name}/{one.version}" for one in versions if DIGEST in one.tags}
            token = versions.token
            if not token:
                return found
