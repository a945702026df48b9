"""pandas' tables as plain data and back: columns of numbers, truth, times and short plain values; only where pandas is loaded."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import numpy as np

from coursekit.engine.protocol.arrays import DTYPES
from coursekit.engine.protocol.errors import CannotCross, FrameError
from coursekit.engine.protocol.times import times, times_from

MOST_COLUMNS = 2_000
MOST_ROWS = 5_000_000
CELLS = (bool, int, float, str, type(None))  # what may stand in a column of mixed values
TYPES_BY_NAME = {
    "ndarray": "numpy",
    "DataFrame": "pandas",
    "Series": "pandas",
    "Index": "pandas",
    "Timestamp": "pandas",
}
TEXT = ("object", "str", "string")


def library_type(name: Any) -> type:
    """A type of a loaded library by its name.  Raises FrameError for one that is not on the list."""
    module = sys.modules.get(TYPES_BY_NAME.get(name, "")) if type(name) is str else None
    if module is None:
        raise FrameError("a type that does not cross by name")
    return getattr(module, name)


def parts_of(value: Any) -> tuple[Any, ...] | None:
    """A table, a column, an index or a moment of pandas' as plain data; None for anything else.  Raises CannotCross."""
    pandas = sys.modules.get("pandas")
    if pandas is None:
        return None
    if type(value) is pandas.DataFrame:
        if value.shape[1] > MOST_COLUMNS:
            raise CannotCross(f"a table of more than {MOST_COLUMNS} columns")
        columns = [_column(value.iloc[:, at]) for at in range(value.shape[1])]
        return "frame", columns, _index(value.columns), _index(value.index)
    if type(value) is pandas.Series:
        return "series", _column(value), _label(value.name), _index(value.index)
    if isinstance(value, pandas.Index):
        return "index", _index(value)
    if type(value) is pandas.Timestamp and value.tzinfo is None:
        return "moment", times(value.to_datetime64())
    return None


def _column(column: Any) -> tuple[Any, ...]:
    dtype = column.dtype
    if isinstance(dtype, np.dtype) and dtype.name in DTYPES:
        return "numbers", np.ascontiguousarray(column.to_numpy())
    if isinstance(dtype, np.dtype) and dtype.kind in "mM":
        return "times", times(column.to_numpy())
    if dtype.name == "category":
        codes = np.asarray(column.cat.codes if hasattr(column, "cat") else column.codes, np.int64)
        categories = column.cat.categories if hasattr(column, "cat") else column.categories
        return "category", codes, _index(categories), bool(dtype.ordered)
    if dtype.name in TEXT:
        return "values", [_cell(item) for item in column.tolist()], dtype.name
    raise CannotCross(f"a column of dtype {dtype.name} cannot be passed on: use numbers, texts, times or categories")


def _cell(value: Any) -> Any:
    if type(value) in CELLS:
        return value
    if isinstance(value, np.generic) and type(value.item()) in CELLS:
        return value.item()
    raise CannotCross(f"a table with a {type(value).__name__[:60]} in it cannot be passed on")


def _label(value: Any) -> Any:
    return tuple(map(_cell, value)) if type(value) is tuple else _cell(value)


def _index(index: Any) -> tuple[Any, ...]:
    pandas = sys.modules["pandas"]
    names = tuple(map(_label, index.names))
    if type(index) is pandas.RangeIndex:
        return "range", (index.start, index.stop, index.step), names
    if isinstance(index, pandas.MultiIndex):
        return "levels", [_column(index.get_level_values(at)) for at in range(index.nlevels)], names
    return "column", _column(index), names


def built(parts: Any) -> Any:
    """The table, column, index or moment.  Raises FrameError where there is no pandas, and what parts of the wrong form raise."""
    try:
        pandas = importlib.import_module("pandas")
    except ImportError:
        raise FrameError("there is no pandas here") from None
    kind, *rest = parts
    if kind == "frame":
        columns, names, index = rest
        rows = _index_from(pandas, index)
        if type(columns) is not list or len(columns) > MOST_COLUMNS:
            raise FrameError("not a list of columns")
        made = pandas.DataFrame(
            {at: _column_from(pandas, column, rows) for at, column in enumerate(columns)}, index=rows
        )
        made.columns = _index_from(pandas, names)
        return made
    if kind == "series":
        column, name, index = rest
        return _column_from(pandas, column, _index_from(pandas, index)).rename(_checked_label(name))
    if kind == "index":
        return _index_from(pandas, *rest)
    if kind == "moment":
        return pandas.Timestamp(times_from(*rest))
    raise FrameError("an unknown part of a table")


def _array_from(pandas: Any, column: Any) -> Any:
    kind, data, *more = column
    if kind == "numbers" and type(data) is np.ndarray and data.ndim == 1:
        return data
    if kind == "times":
        return times_from(data)
    if kind == "category" and type(data) is np.ndarray and data.dtype == np.int64 and type(more[1]) is bool:
        return pandas.Categorical.from_codes(data, _index_from(pandas, more[0]), ordered=more[1])
    if kind == "values" and type(data) is list and more[0] in TEXT and all(type(item) in CELLS for item in data):
        return pandas.array(data, dtype=more[0]) if more[0] != "object" else np.array([*data, None], object)[:-1]
    raise FrameError("a column of a table is of an unknown form")


def _column_from(pandas: Any, column: Any, index: Any) -> Any:
    return pandas.Series(_array_from(pandas, column), index=index)


def _index_from(pandas: Any, parts: Any) -> Any:
    kind, data, names = parts
    labels = tuple(map(_checked_label, names)) if type(names) is tuple else ()
    if kind == "range" and type(data) is tuple and [type(part) for part in data] == [int, int, int]:
        made = pandas.RangeIndex(*data)
        if len(made) > MOST_ROWS:
            raise FrameError("an index with too many rows")
        return made.rename(labels[0])
    if kind == "levels" and type(data) is list and 0 < len(data) <= 16:
        return pandas.MultiIndex.from_arrays([_array_from(pandas, level) for level in data], names=labels)
    if kind == "column":
        return pandas.Index(_array_from(pandas, data), name=labels[0])
    raise FrameError("an index of an unknown form")


def _checked_label(value: Any) -> Any:
    items = value if type(value) is tuple else (value,)
    if len(items) > 16 or any(type(item) not in CELLS for item in items):
        raise FrameError("a label of an unknown form")
    return value
