"""What more goes between the two sides where a course judges by ``more``: seeds, input, printed text and written files."""

from __future__ import annotations

import builtins
import importlib
import io
import os
import random
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from coursekit.engine.protocol.errors import FrameError

TEXTS = (".txt", ".csv", ".tsv", ".json", ".jsonl", ".md", ".dat", ".html", ".xml", ".log", ".tex", ".svg")
STARTS = {".npy": b"\x93NUMPY", ".png": b"\x89PNG", ".jpg": b"\xff\xd8"}
NAME = re.compile(r"\w[\w.-]{0,99}(?:/\w[\w.-]{0,99}){0,2}", re.ASCII)
MOST_FILES, LARGEST_FILE, MOST_BYTES = 20, 4 * 2**20, 8 * 2**20  # with one message
MOST_FILES_IN_ALL, MOST_BYTES_IN_ALL = 200, 64 * 2**20
MOST_PRINTED = 1_000_000  # characters that the check hears of one answer: more than is kept in its own process
Stamp = tuple[int, int]


def written(given: Mapping[str, bytes], known: dict[str, Stamp]) -> dict[str, bytes]:
    """New and changed files of this working folder, of the kinds that cross; ``known`` follows what was given before."""
    found: dict[str, bytes] = {}
    size = 0
    for path in sorted(Path().glob("*")) + sorted(Path().glob("*/*")):
        name = path.as_posix()
        if not crosses(name) or name in given or path.is_symlink() or not path.is_file():
            continue
        state = path.stat()
        stamp = state.st_mtime_ns, state.st_size
        if known.get(name) == stamp or state.st_size > LARGEST_FILE or size + state.st_size > MOST_BYTES:
            continue
        if len(found) == MOST_FILES:
            break
        found[name], known[name] = path.read_bytes(), stamp
        size += state.st_size
    return found


def crosses(name: str) -> bool:
    """Whether a file of this name may go to the checker's side."""
    return bool(NAME.fullmatch(name)) and ".." not in name and name.endswith((*TEXTS, *STARTS))


def take_files(files: Any, given: Mapping[str, bytes], came: dict[str, bytes]) -> None:
    """Put the answer's files into the working folder; one whose name or content may not come in stays out.

    ``came`` are those that came before, as they came: a file of another origin or content is the test's own, and stays.
    Raises FrameError for what is not files at all, and for more than an honest process sends.
    """
    if type(files) is not dict or len(files) > MOST_FILES:
        raise FrameError(f"more than {MOST_FILES} files, or none at all")
    for name, data in files.items():
        if type(name) is not str or type(data) is not bytes:
            raise FrameError("a file is a name and bytes")
        if crosses(name) and name not in given and _is_what_it_says(name, data):
            path = Path(name)
            if os.path.lexists(path) and (name not in came or path.is_symlink() or path.read_bytes() != came[name]):
                continue
            in_all = sum(len(kept) for other, kept in came.items() if other != name) + len(data)
            if len(came.keys() | {name}) > MOST_FILES_IN_ALL or in_all > MOST_BYTES_IN_ALL or len(data) > LARGEST_FILE:
                raise FrameError("more files than may come in")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            came[name] = data


def _is_what_it_says(name: str, data: bytes) -> bool:
    """Whether a file has the content that its ending promises, and no array of objects, which numpy would unpickle."""
    ending = Path(name).suffix
    try:
        if ending in STARTS:
            return data.startswith(STARTS[ending]) and (ending != ".npy" or _plain_array(data))
        data.decode()
        return True
    except ValueError:
        return False


def _plain_array(data: bytes) -> bool:
    file = io.BytesIO(data)
    version = np.lib.format.read_magic(file)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    return not read(file)[2].hasobject


def imported(name: str) -> Any:
    """A module, or with ``module:part`` what an import from it gives.  Raises ImportError, or AttributeError for no such part."""
    module, _, part = name.partition(":")
    found = importlib.import_module(module)
    if not part or hasattr(found, part):
        return getattr(found, part) if part else found
    return importlib.import_module(f"{module}.{part}")


@contextmanager
def both_sides(ask: Callable[..., Any]) -> Iterator[None]:
    """Within the body a seed that the test sets is set in the student's process, too."""
    with ExitStack() as stack:
        for which, place, name in _seeds():
            stack.enter_context(patch.object(place, name, _seeding(which, getattr(place, name), ask)))
        yield


def _seeds() -> list[tuple[str, Any, str]]:
    torch = sys.modules.get("torch")
    found: list[tuple[str, Any, str]] = [("numpy", np.random, "seed"), ("python", random, "seed")]
    return found + ([("torch", torch, "manual_seed")] if torch is not None else [])


def _seeding(which: str, own: Callable[..., Any], ask: Callable[..., Any]) -> Callable[..., Any]:
    def seed(*args: Any, **kwargs: Any) -> Any:
        result = own(*args, **kwargs)
        value = next(iter([*args, *kwargs.values()]), None)
        if type(value) in (int, str):
            ask("seed", which, value)
        return result

    return seed


def set_seed(which: str, value: Any) -> None:
    """Set a seed in this process, as the test did in its own."""
    own = {name: getattr(place, attribute) for name, place, attribute in _seeds()}
    own[which](value)


def read_line(prompt: object = "") -> str:
    """What ``input`` gives in the checker's process, where a test may have put its own in its place."""
    return str(builtins.input(prompt))
