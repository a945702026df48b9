"""What parity tests share: an explorable's own JavaScript, run without a page."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from coursekit.book.explorables import COMPUTE
from coursekit.course import current

STATIC = current().book / "_static"


class Script:
    """The computing half of ``book/_static/<topic>.js``, with its data and the shared mathematics loaded before it."""

    def __init__(self, topic: str) -> None:
        from py_mini_racer import MiniRacer

        self.topic, self.engine = topic, MiniRacer()
        for name in (*COMPUTE, f"{topic}_data.js", f"{topic}.js"):
            if (STATIC / name).is_file():
                self.engine.eval((STATIC / name).read_text())

    def __call__(self, call: str) -> Any:
        """What ``TD.<topic>.<call>`` gives, as plain data."""
        return self.value(f"TD.{self.topic}.{call}")

    def array(self, call: str) -> np.ndarray:
        """The same as an array of floats; what JSON has no word for (infinity) comes as nan."""
        return np.array(self(call), dtype=float)

    def value(self, expression: str) -> Any:
        """Any expression of the page's JavaScript, as plain data."""
        return json.loads(self.engine.eval(f"JSON.stringify({expression})"))

    @property
    def data(self) -> Any:
        """The data that Python made for the explorable."""
        return self.value(f"TD.{self.topic}_data")


@pytest.fixture(scope="session")
def explorable() -> Callable[[str], Script]:
    """``explorable(topic)``: the script of a topic's explorable; each topic's is loaded once."""
    scripts: dict[str, Script] = {}

    def load(topic: str) -> Script:
        if topic not in scripts:
            scripts[topic] = Script(topic)
        return scripts[topic]

    return load
