"""More kinds of values cross by their parts: each comes back equal, and no parts whatever do more than raise FrameError."""

from __future__ import annotations

import dataclasses
import datetime as dt
import tracemalloc
from collections import Counter, OrderedDict, deque, namedtuple
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from coursekit.engine.inside import wider
from coursekit.engine.protocol import polynomials
from coursekit.engine.protocol.errors import FrameError
from coursekit.engine.protocol.frames import decode, encode
from coursekit.engine.protocol.kinds import built, parts_of
from coursekit.engine.protocol.values import Kinded

Point = namedtuple("Point", "x y")


@dataclasses.dataclass
class Pair:
    a: int
    b: str


def made(thing):
    return built(thing) if isinstance(thing, Kinded) else thing


def there_and_back(value):
    return decode(encode(value, wider=parts_of), made)


VALUES = [
    {1, "a", (2, 3)}, frozenset({1.5}), range(3, 11, 2), Fraction(-7, 3), Decimal("-1.50"), dt.date(2024, 2, 29), dt.timedelta(-1, 5),
    dt.datetime(2024, 1, 2, 3, 4, 5, 6), dt.datetime(2024, 1, 2, tzinfo=dt.UTC), Counter("aab"), OrderedDict(b=1, a=2),
    deque([1, {2}], maxlen=3), Point(1, {2}), int, dict, Fraction, [{1}, {"k": range(3)}], np.datetime64("2024-01-01"),
    np.timedelta64(3, "h"), ValueError, np.polynomial.Polynomial([1.0, 2.0], [0, 5]), np.polynomial.Chebyshev([1j, 2]),
    np.polynomial.HermiteE([3], symbol="t"), np.poly1d([1, 0, -2]),
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=lambda value: f"{type(value).__name__} {value}"[:40])
def test_a_value_comes_back_equal_and_of_its_type(value):
    back = there_and_back(value)
    assert back == value and (type(back) is type(value) or type(value) is Point)


TABLES = [
    pd.DataFrame({"a": [1, 2], "b": ["x", None], "c": [1.5, np.nan], "d": pd.to_datetime(["2024-01-01", "2024-06-01"])}),
    pd.DataFrame({"k": pd.Categorical(["u", "v", "u"], ordered=True)}, index=["r", "s", "t"]),
    pd.DataFrame(), pd.DataFrame({"a": []}), pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("p", 1), ("q", 2)])),
    pd.DataFrame({"v": [1, 2]}, index=pd.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["l", "n"])),
]  # fmt: skip


@pytest.mark.parametrize("table", TABLES, ids=range(len(TABLES)))
def test_a_table_comes_back_equal(table):
    pd.testing.assert_frame_equal(there_and_back(table), table)
    for column in table:
        pd.testing.assert_series_equal(there_and_back(table[column]), table[column])


def test_arrays_of_times_and_of_bytes_come_back():
    for array in (np.array(["2024", "NaT"], "datetime64[D]"), np.array([[b"ab", b"c"]])):
        back = there_and_back(array)
        assert back.dtype == array.dtype and back.shape == array.shape and back.tobytes() == array.tobytes()


def test_dataclasses_and_errors_of_one_name_are_one_class():
    one, two = there_and_back(Pair(1, "x")), there_and_back(Pair(1, "x"))
    assert one == two and one != there_and_back(Pair(2, "x")) and (one.a, one.b, type(one).__name__) == (1, "x", "Pair")
    own = type("Hot", (type("Warm", (ValueError,), {}),), {})
    assert issubclass(there_and_back(own), ValueError) and there_and_back(own) is there_and_back(own)


class Liar(set):
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None


class LyingDate(dt.date):
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = dt.date.__hash__


class LyingFrame(pd.DataFrame):
    def equals(self, other: object) -> bool:
        return True


@dataclasses.dataclass
class LyingPair:
    a: int

    def __eq__(self, other: object) -> bool:
        return True


class LyingPoint(Point):
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = Point.__hash__


@pytest.mark.parametrize("liar", [Liar({1}), LyingDate(2024, 1, 1), LyingFrame({"a": [1]}), LyingPoint(1, 2)])
def test_a_subclass_does_not_cross_as_what_it_pretends_to_be(liar):
    assert parts_of(liar) is None


def test_a_dataclass_leaves_its_own_opinion_behind():
    assert there_and_back(LyingPair(1)) != there_and_back(LyingPair(2))


HUGE = tuple(f"f{i}" for i in range(10_000))
LIES = {
    "an unknown kind": ("pickle", b""),
    "a set of lists": ("set", [[1]]),
    "a set of very many": ("set", list(range(6_000))),
    "a set that is none": ("set", "abc"),
    "a fraction over 0": ("fraction", (1, 0)),
    "a fraction of floats": ("fraction", (1.0, 2)),
    "a fraction of a truth": ("fraction", (True, 2)),
    "a decimal that is slow": ("decimal", "1E+999999"),
    "a decimal of an exponent": ("decimal", "1E+99999"),
    "a decimal of words": ("decimal", "sNaN1"),
    "a day that is not": ("date", (2024, 2, 30)),
    "a time in a far zone": ("datetime", ((2024, 1, 1, 0, 0, 0, 0), 10**9)),
    "a tuple of very many": ("namedtuple", ("P", HUGE, HUGE)),
    "a tuple with code for a name": ("namedtuple", ("P", ("x=print()",), (1,))),
    "a tuple with dunders": ("namedtuple", ("P", ("__class__",), (1,))),
    "a tuple of a keyword": ("namedtuple", ("P", ("class",), (1,))),
    "a tuple called by code": ("namedtuple", ("P(); import os", ("x",), (1,))),
    "a tuple with two of a name": ("namedtuple", ("P", ("x", "x"), (1, 2))),
    "a tuple with too few": ("namedtuple", ("P", ("x", "y"), (1,))),
    "a dataclass of very many": ("dataclass", ("P", HUGE, HUGE, False)),
    "a dataclass with an equality": ("dataclass", ("P", ("__eq__",), (1,), False)),
    "a dataclass with an odd order": ("dataclass", ("P", ("x",), (1,), "yes")),
    "a type of another module": ("type", "os.system"),
    "a type that makes types": ("type", "type"),
    "a library's other type": ("library type", "read_pickle"),
    "an error that ends all": ("error", ("Own", "SystemExit")),
    "an error that is no class": ("error", ("Own", "print")),
    "an error without names": ("error", ()),
    "a generic error of many": ("error", ("E",) * 50),
    "times of another unit": ("times", ("datetime64[as]", np.zeros(1, np.int64))),
    "times of a dtype's text": ("times", ("datetime64[ns], (9,)", np.zeros(1, np.int64))),
    "times of floats": ("times", ("datetime64[ns]", np.zeros(1))),
    "a table of objects": ("table", ("frame", [("values", [[1]], "object")], ("range", (0, 1, 1), (None,)), ("range", (0, 1, 1), (None,)))),
    "a table of another dtype": ("table", ("frame", [("values", ["a"], "interval")], ("range", (0, 1, 1), (None,)), ("range", (0, 1, 1), (None,)))),
    "a table with odd lengths": ("table", ("frame", [("numbers", np.zeros(5))], ("range", (0, 1, 1), (None,)), ("range", (0, 3, 1), (None,)))),
    "an index of very many": ("table", ("index", ("range", (0, 10**12, 1), (None,)))),
    "a table without end": ("table", ("frame", [], ("range", (0, 10**12, 1), (None,)), ("range", (0, 10**12, 1), (None,)))),
    "codes of no category": ("table", ("series", ("category", np.array([7]), ("column", ("values", ["a"], "object"), (None,)), False), None, ("range", (0, 1, 1), (None,)))),
    "nothing at all": ("table", None),
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_made_up_parts_raise_frame_error_and_take_no_memory(lie):
    tracemalloc.start()
    try:
        with pytest.raises(FrameError):
            decode(encode(Kinded(*LIES[lie])), made)
        assert tracemalloc.get_traced_memory()[1] < 20e6
    finally:
        tracemalloc.stop()


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.tuples(inner, inner) | st.tuples(inner, inner, inner),
    max_leaves=12,
)
KINDS = ["set", "range", "fraction", "decimal", "datetime", "counter", "deque", "items", "error", "times", "bytes", "namedtuple",
         "dataclass", "table", "ordered", "timedelta"]  # fmt: skip
TRUE = [parts for value in VALUES if (parts := parts_of(value)) is not None]


def bent(draw, parts):
    """Parts of which one, perhaps far inside, is made up."""
    if type(parts) in (list, tuple) and parts and draw(st.booleans()):
        at = draw(st.integers(0, len(parts) - 1))
        return type(parts)(bent(draw, part) if i == at else part for i, part in enumerate(parts))
    return draw(st.just(parts) | plain)


@st.composite
def things(draw):
    """What a process might send: parts of a kind that are none, or nearly those of a true value."""
    thing = draw(st.sampled_from(TRUE) | st.builds(Kinded, st.sampled_from(KINDS), plain))
    return Kinded(thing.kind, bent(draw, thing.parts))


OWN = {
    "builtins",
    "collections",
    "datetime",
    "decimal",
    "fractions",
    "numpy",
    "pandas.core.frame",
    "pandas.core.series",
}
OWN |= {kind.__module__ for kind in polynomials.KINDS.values()}


@given(things())
@settings(max_examples=1000)
def test_any_parts_give_a_value_of_our_own_types_or_frame_error(thing):
    try:
        value = decode(encode(thing, wider=parts_of), made)
    except FrameError:
        return
    if thing.kind not in ("namedtuple", "dataclass", "error"):
        own = value if isinstance(value, type) else type(value)
        assert own.__module__ in OWN and parts_of(value).kind == thing.kind  # it is what it was said to be


def test_files_come_in_only_under_plain_names_and_with_what_they_promise(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.save("kept.npy", np.array([{}], object), allow_pickle=True)
    pickled = (tmp_path / "kept.npy").read_bytes()
    (tmp_path / "kept.npy").unlink()
    for files in (
        {"../up.csv": b""}, {"/abs.csv": b""}, {"a/../../b.csv": b""}, {"run.py": b""}, {"kept.npy": pickled}, {"m.pkl": b""},
        {"data.csv": b"x"}, {"bad.txt": b"\xff"}, {"x.npy": b"\x80\x04"},
    ):  # fmt: skip
        wider.take_files(files, {"data.csv": b""}, {})
    for files in ({1: b""}, [("a.csv", b"")], {f"{i}.txt": b"" for i in range(50)}, {"a.txt": "text"}):
        with pytest.raises(FrameError):
            wider.take_files(files, {}, {})
    assert list(tmp_path.rglob("*")) == []
    wider.take_files({"out/kept.csv": b"1"}, {}, {})
    assert (tmp_path / "out" / "kept.csv").read_bytes() == b"1"


def test_an_answer_changes_its_own_files_and_none_of_the_test_s(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "expected.csv").write_text("3")
    came: dict[str, bytes] = {}
    for text in (b"1", b"2"):
        wider.take_files({"expected.csv": text, "mine.csv": text}, {}, came)
    assert (tmp_path / "expected.csv").read_text() == "3" and (tmp_path / "mine.csv").read_bytes() == b"2"
    (tmp_path / "mine.csv").write_text("4")  # by the test
    wider.take_files({"mine.csv": b"5"}, {}, came)
    assert (tmp_path / "mine.csv").read_text() == "4"


def test_no_private_name_of_python_s_stands_for_a_type():
    for name in ("__loader__", "type", "super", "property"):
        with pytest.raises(FrameError):
            built(Kinded("type", name))
