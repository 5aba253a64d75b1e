"""References are values; as text they cross between processes."""

import pytest

from astor.errors import UserError
from astor.storage import ArtifactRef, PolicyRef, lineage


def test_a_reference_is_what_its_text_says() -> None:
    ref = ArtifactRef("s3://bucket/runs/a#b/plan", "0123")
    assert str(ref) == "s3://bucket/runs/a#b/plan#0123"
    assert ArtifactRef.parse(str(ref)) == ref


def test_text_without_a_digest_is_no_reference() -> None:
    with pytest.raises(UserError, match="'store/plan' is not the ref of an artifact: write URI#DIGEST"):
        ArtifactRef.parse("store/plan")


def test_siblings_lie_beside_an_artifact() -> None:
    assert ArtifactRef("store/rounds/00001/rollout", "0123").sibling("verify") == "store/rounds/00001/verify"


def test_a_policy_is_called_by_its_digest_and_by_its_descent() -> None:
    first, later = PolicyRef("d0", lineage("d0", 0)), PolicyRef("d7", lineage("d0", 7))
    assert (first.origin, first.updates) == ("d0", 0)
    assert (later.origin, later.updates) == ("d0", 7)
    assert [later.is_called(name) for name in ("d7", "d0+7", "d0", "d0+6")] == [True, True, False, False]
