"""Values of the standard library's classes as an object table packs them."""

import collections
import pathlib
import types

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astor.sandbox.inside.codec import CodecError, decode, encode
from astor.sandbox.inside.object_table import ObjectTable

SCALARS = st.one_of(
    st.integers(),
    st.text(),
    st.dates(),
    st.datetimes(timezones=st.none() | st.timezones()),
    st.times(),
    st.timedeltas(),
    st.decimals(allow_nan=False),
    st.fractions(),
    st.uuids(),
    st.ip_addresses(),
    st.binary().map(bytearray),
    st.from_regex(r"[a-z]+(/[a-z]+)?", fullmatch=True).map(pathlib.PurePosixPath),
    st.builds(range, st.integers(-5, 5), st.integers(-5, 5)),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner),
        st.builds(collections.deque, st.lists(inner), st.none() | st.integers(1, 3)),
        st.dictionaries(st.text(), inner).map(collections.OrderedDict),
        st.dictionaries(st.sampled_from("abc"), inner).map(lambda items: types.SimpleNamespace(**items)),
        st.lists(st.text()).map(collections.Counter),
        st.dictionaries(st.text(), inner).map(lambda items: collections.defaultdict(list, items)),
    ),
    max_leaves=8,
)


def table():
    def refuse(*_):
        raise AssertionError("no objects are here")

    return ObjectTable(refuse, refuse)


@given(VALUES)
def test_they_arrive_as_they_were(value):
    arrived = table().unpack(decode(encode(table().pack(value))))
    assert arrived == value
    assert type(arrived) is type(value)
    assert repr(arrived) == repr(value)


@pytest.mark.parametrize(
    "packed",
    [
        ("standard", "os.system", [("=", "ls")]),
        ("standard", "builtins.eval", [("=", "1")]),
        ("standard", "datetime.date", [("=", 1)]),
        ("standard", "decimal.Decimal", [("=", "x")]),
        ("standard", "fractions.Fraction", [("=", 1), ("=", 0)]),
        ("standard", "zoneinfo.ZoneInfo", [("=", "../etc/passwd")]),
        ("standard", "ipaddress.IPv4Network", [("=", "1.2.3.4/8")]),
        ("standard", "array.array", [("=", "q"), ("=", [1 << 70])]),
        ("standard", "numpy.ndarray", [("=", "|O8"), ("=", (1,)), ("=", b"12345678")]),
        ("standard", "numpy.ndarray", [("=", "<i8"), ("=", (2,)), ("=", b"12345678")]),
        ("standard", "numpy.generic", [("=", "i4,O"), ("=", b"12345678")]),
        ("standard type", "os.system"),
        ("standard type", "builtins.dict_keys"),
        ("record", ("type", "tuple"), [("=", 1)]),
        ("mine", 0, "record", "class", ("a",), ("=", {})),
        ("mine", 0, "record", "P", ("a", "a"), ("=", {})),
        ("mine", 0, "record", "P", ("a b",), ("=", {})),
        ("mine", 0, "record", "P", (1,), ("=", {})),
        ("mine", 0, "member", [1], "A", "K"),
    ],
)
def test_what_is_no_value_is_refused(packed):
    with pytest.raises(CodecError):
        table().unpack(packed)


def test_arrays_and_numbers_of_numpy_cross_where_there_is_numpy():
    numpy = pytest.importorskip("numpy")
    for value in (numpy.arange(6).reshape(2, 3), numpy.array([1.5, 2])[::2], numpy.array(["a", "bc"]), numpy.array(3)):
        arrived = table().unpack(table().pack([value]))[0]
        assert type(arrived) is numpy.ndarray
        assert arrived.dtype == value.dtype
        assert numpy.array_equal(arrived, value)
    for value in (numpy.int64(3), numpy.float32(0.5), numpy.True_, numpy.datetime64("2024-02-29")):
        arrived = table().unpack(table().pack(value))
        assert (arrived, type(arrived)) == (value, type(value))


def test_a_module_that_is_not_there_is_no_value(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(CodecError):
        table().unpack(("standard", "numpy.generic", [("=", "<i8"), ("=", b"12345678")]))
    with pytest.raises(CodecError):
        table().unpack(("standard type", "numpy.ndarray"))
