"""A formula in TeX becomes MathML: temml, a script, run while the book is built and never in a reader's page."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

HERE = Path(__file__).parent
SCRIPT = HERE / "temml.min.js"
JOINTS = set("=≠≤≥<>≪≫≈≃∼∝≡→⇒⟹⟺+−±")
WIDE = {"1em", "2em"}


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

    A displayed one is parted where a narrow page may break it.  Raises ``CannotTypeset`` with the place where the formula
    cannot be read.
    """
    from py_mini_racer import JSEvalException

    try:
        options = {"displayMode": display, "wrap": "none" if display else "tex", "throwOnError": True}
        made = str(_engine().call("temml.renderToString", tex, options))
    except JSEvalException as error:
        told = str(error).split("ParseError:")[-1].split("\nvar ")[0].replace("\u0332", "").split("\n")
        raise CannotTypeset(" ".join(line.strip() for line in told if line.strip())) from None
    return parted(made) if display else made


def parted(made: str) -> str:
    """A displayed formula in parts: apart at wide spaces, and each before its relations, sums and differences.

    It is of the class ``td-parted``, a row for each formula and in it a row for each part.  A wide page shows it in a line.
    """
    root = ElementTree.fromstring(made)
    if len(root) != 1 or root[0].tag != "mrow":
        return made
    formulas: list[list[list[ElementTree.Element]]] = [[[]]]
    for node in list(root[0]):
        rows = formulas[-1]
        if _joins(node) and any(not _joins(other) for other in rows[-1]):
            node.set("form", "infix")  # at the beginning of a row a browser would take a minus for a sign
            rows.append([])
        rows[-1].append(node)
        if node.tag == "mspace" and node.get("width") in WIDE:
            formulas.append([[]])
    if sum(map(len, formulas)) < 2:
        return made
    root.remove(root[0])
    root.set("class", f"{root.get('class', '')} td-parted".strip())
    for rows in formulas:
        formula = ElementTree.SubElement(root, "mrow")
        for row in filter(None, rows):
            ElementTree.SubElement(formula, "mrow").extend(row)
    return ElementTree.tostring(root, encoding="unicode", short_empty_elements=False)


def _joins(node: ElementTree.Element) -> bool:
    """Whether a formula may break before this."""
    return node.tag == "mo" and node.get("form") != "prefix" and (node.text or "").strip() in JOINTS
