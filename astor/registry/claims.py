"""Claims: who becomes champion, decided once, whoever else tries at the same time.

MLflow sets an alias unconditionally: of two promotions over the same champion the later would undo the earlier, without
a word to either. So whoever promotes claims first, by a file that a store makes for one of them alone, and then has the
alias follow the last claim. An alias that people move by hand is left where they put it: the next claim is made over
the version that they chose.
"""

import json
from typing import Any, NamedTuple

from astor.storage import locate

CHAMPION, CHALLENGER = "champion", "challenger"
PREVIOUS = "astor.previous_champion"
"""Tag of a version: the one that was champion before it."""
DIGEST = "astor.policy_digest"
"""Tag of a version: its policy."""
FOLLOWED = "astor.champion_claim"
"""Tag of a model: the number of the last claim that its alias followed."""


class Claim(NamedTuple):
    """The wish, granted, that a version be champion."""

    number: int
    """From 1."""
    version: str
    digest: str
    """Of its policy."""
    before: str
    """The version whose place it takes; empty where none was champion, or where that is taken back."""


class Claims:
    """The claims on one registered model, in `champions/MODEL` of a store that all who promote it share: one file each,
    which is never written again."""

    def __init__(self, root: str, model: str) -> None:
        self.model = model
        self._store, self._prefix = locate(f"{root.rstrip('/')}/champions/{model}")

    def last(self) -> Claim | None:
        """The last claim; None before the first."""
        keys = self._store.keys(self._prefix)
        if not keys:
            return None
        told = json.loads(self._store.read(keys[-1]))
        return Claim(len(keys), told["version"], told["digest"], told["before"])

    def make(self, last: Claim | None, version: str, digest: str, before: str) -> bool:
        """Claim for `version`, whose policy has the `digest`, in place of `before`; whether nobody has claimed since
        `last` was the last."""
        number = last.number + 1 if last else 1
        told = json.dumps({"version": version, "digest": digest, "before": before})
        return self._store.create(f"{self._prefix}/{number:05d}.json", told.encode())


def follow(client: Any, claims: Claims) -> None:
    """Have the alias `champion` follow the last claim where it has not yet, as after whoever made it was killed.

    A claim on a version that is not there, or is another policy, was made in another MLflow, and is left alone.
    """
    model = claims.model
    while (last := claims.last()) and client.get_registered_model(model).tags.get(FOLLOWED) != str(last.number):
        found = client.search_model_versions(f"name = '{model}' and tags.`{DIGEST}` = '{last.digest}'")
        if last.version not in {str(one.version) for one in found}:
            return
        if last.before:
            client.set_model_version_tag(model, last.version, PREVIOUS, last.before)
        client.set_registered_model_alias(model, CHAMPION, last.version)
        if str(client.get_registered_model(model).aliases.get(CHALLENGER)) == last.version:
            client.delete_registered_model_alias(model, CHALLENGER)
        # Last, and then looked at again: who claimed meanwhile may have moved the alias before it was moved back here.
        client.set_registered_model_tag(model, FOLLOWED, str(last.number))
