"""Passwords are not shown."""

import pytest

from astor.masking import masked


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://user:s3cret@host:5000/path", "http://user:***@host:5000/path"),
        ("uri: postgresql://u:a:b@c@host/db\nmodel: own", "uri: postgresql://u:***@host/db\nmodel: own"),
        ("http://host:5000/a@b", "http://host:5000/a@b"),
        ("http://user@host", "http://user@host"),
        ("sqlite:////store/mlflow.db", "sqlite:////store/mlflow.db"),
        ("s3://bucket/prefix and me:you@there", "s3://bucket/prefix and me:you@there"),
        ("http://:token@host", "http://:***@host"),
    ],
)
def test_the_password_of_a_uri_is_masked_and_nothing_else(text: str, shown: str) -> None:
    assert masked(text) == shown
