"""A version is meant by its alias or its number; what there is not is told with what there is."""

import pytest
from test_models import decide, put

from astor.errors import UserError
from astor.registry.choose import ARGUMENT, KEY, OPTION, choose
from astor.registry.connection import connect


@pytest.fixture
def two(mlflow_uri, keep):
    """A champion, and a challenger that came after it."""
    policies = [keep(name) for name in ("one", "two")]
    put(mlflow_uri, policies[0].artifact, decide(policies[0].digest))
    put(mlflow_uri, policies[1].artifact, decide(policies[1].digest, policies[0].digest, promoted=False))
    return policies


@pytest.mark.parametrize(
    ("meant", "version"),
    [
        (("", None, None), 0),
        (("astor", "challenger", None), 1),
        (("astor/2", "champion", None), 1),
        (("astor", None, "2"), 1),
    ],
)
def test_what_is_meant_is_found(mlflow_uri, two, meant, version):
    assert choose(mlflow_uri, *meant, OPTION).policy == two[version]


@pytest.mark.parametrize(
    ("meant", "before", "told"),
    [
        (("astro", None, None), KEY, "There is no model astro in MLflow at {uri}: did you mean astor."),
        (("astor", "challanger", None), KEY, "it has challenger (version 2), champion (version 1): give policy.alias "),
        (("astor", None, "9"), KEY, "astor has no version 9 in MLflow at {uri}; it has 1, 2: give policy.version 2."),
        (("astor/9", None, None), OPTION, "it has 1, 2: give --model astor/2."),
        (("astor/9", None, None), ARGUMENT, "it has 1, 2: give astor/2."),
        (("", "challanger", None), ARGUMENT, "it has challenger (version 2), champion (version 1): give --alias "),
        (("astor/last", None, None), OPTION, "astor has no version last in MLflow at {uri}: it has 1, 2."),
    ],
)
def test_what_is_not_there_is_told_with_what_is(mlflow_uri, two, meant, before, told):
    with pytest.raises(UserError) as refused:
        choose(mlflow_uri, *meant, before)
    assert told.format(uri=mlflow_uri) in str(refused.value)


def test_a_version_that_no_run_registered_is_named(mlflow_uri, two):
    connect(mlflow_uri).create_model_version("astor", "/anywhere")
    with pytest.raises(UserError, match=r"^astor, version 3, has no tags of a policy: name one that a run registered"):
        choose(mlflow_uri, "astor/3", None, None, OPTION)
    connect(mlflow_uri).create_registered_model("empty")
    with pytest.raises(UserError, match=r"^empty has no version 1 in .*: it has none\.$"):
        choose(mlflow_uri, "empty/1", None, None, OPTION)
