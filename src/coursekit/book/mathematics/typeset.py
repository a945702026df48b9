"""A formula in TeX becomes MathML: temml, a script, run while the book is built and never in a reader's page."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SCRIPT = HERE / "temml.min.js"


class CannotTypeset(ValueError):
    """A formula that is no TeX, with what is wrong with it."""


@cache
def _engine() -> Any:  # noqa: ANN401 - one a process
    from py_mini_racer import MiniRacer

    engine = MiniRacer()
    engine.eval(SCRIPT.read_text(encoding="utf-8"))
    return engine


def mathml(tex: str, display: bool = False) -> str:
    """``tex`` as a ``<math>`` element; a formula in a line may break after its relations, as TeX breaks it.

    Raises ``CannotTypeset`` with the place where the formula cannot be read.
    """
    from py_mini_racer import JSEvalException

    try:
        options = {"displayMode": display, "wrap": "none" if display else "tex", "throwOnError": True}
        return str(_engine().call("temml.renderToString", tex, options))
    except JSEvalException as error:
        told = str(error).split("ParseError:")[-1].split("\nvar ")[0].replace("\u0332", "").split("\n")
        raise CannotTypeset(" ".join(line.strip() for line in told if line.strip())) from None
