"""What a page says of a claim: verdict, range, bound, over what it was measured, who says it and who showed it."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

from coursekit.book import quoted, uses
from coursekit.book.claimdata import Record
from coursekit.book.nodes import logger, span
from coursekit.course import current
from coursekit.numbers import bound_text, number_text, range_text, seeds_text, settings_text

WORDS = {"holds": "Holds", "holds-if": "Holds under a condition", "fails": "Does not hold"}
UNKNOWN = "no claim is called {!r}; `course claims --list` shows them all"
Inline = Callable[[str], list[nodes.Node]]


def unmeasured(app: Sphinx, name: str) -> nodes.inline | None:
    """What stands in a draft for a claim that another topic measures; None where no topic has such a claim."""
    text = quoted.unmeasured(Path(app.config.course_src), current().package, app.config.course_draft, name)
    return span(text, "td-unmeasured") if text else None


def find(app: Sphinx, docname: str, name: str) -> Record | None:
    """The record of a claim, noted as used by the page."""
    uses.note(app, docname, f"claim:{name}")
    return uses.records(app).get(name)


def tone(record: Record) -> str:
    """The CSS class of a claim's verdict."""
    return f"td-{record.verdict}" if record.ok else "td-missed"


def verdict(record: Record) -> nodes.inline:
    """The verdict as a coloured word."""
    return span(WORDS[record.verdict] if record.ok else "Bound missed", f"td-verdict {tone(record)}")


def measured_text(record: Record) -> str:
    """The range of the measured numbers over the seeds."""
    return range_text([float(value) for value in record.values], record.unit)


def bound_of(record: Record) -> str:
    """The bound in words."""
    low, high = record.bound["at_least"], record.bound["at_most"]
    return bound_text(-math.inf if low is None else low, math.inf if high is None else high, record.unit)


def headroom_text(record: Record) -> str:
    """How far the bound is from the worst seed."""
    headroom = float(record.headroom)
    return "∞" if math.isinf(headroom) else f"{number_text(headroom, 2)}×"


def over_text(record: Record) -> str:
    """Over what was measured: ``5 seeds; epochs 60 to 600``, ``exact``, ``computed once``."""
    varied = settings_text(record.vary)
    return "; ".join(filter(None, [seeds_text(len(record.seeds), record.random, record.exact), varied]))


def sentence(text: str) -> str:
    """``text`` with a full stop, unless it ends in one."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def evidence(record: Record, inline: Inline) -> list[nodes.Node | str]:
    """What was measured, against which bound, over which seeds and settings; then the sources."""
    must = "refuted if" if record.verdict == "fails" else "must be"
    parts: list[nodes.Node | str] = [
        "Measured " if record.random else "",
        span(measured_text(record), "td-number"),
        f"; {must}{' on average' if record.judge == 'mean' else ''} ",
        span(bound_of(record), "td-number"),
        f" ({over_text(record)}).",
    ]
    if any(math.isinf(float(value)) for value in record.values):
        parts.append(f" Infinite: {sentence(record.infinite)}")
    return parts + sources(record, inline)


def sources(record: Record, inline: Inline) -> list[nodes.Node | str]:
    """Who says it, and who showed what is true, told apart."""
    shown = {"fails": "Refuted by" if record.said_by else "See"}.get(record.verdict, "Shown by")
    named = [("Said by", record.said_by), (shown, record.source)]
    parts: list[nodes.Node | str] = []
    for lead, keys in named:
        if keys:
            parts += [f" {lead} ", *inline(f"{{cite:t}}`{keys.replace(' ', '')}`"), "."]
    return parts


def report(record: Record, location: object) -> None:
    """Fail the build when a claim misses its bound, at the default or at a setting, or a setting is not measured."""
    messages = []
    if not record.ok:
        messages.append(f"misses its bound: measured {measured_text(record)}, must be {bound_of(record)}")
    for setting in record.settings:
        name = setting["setting"]
        if setting.get("ok") is None:
            messages.append(
                f"has no result for {name}; `course claims {record.id} --settings` measures it into claims.lock"
            )
        elif not setting["ok"]:
            messages.append(f"misses its bound at {name}: measured {setting['values']}, must be {bound_of(record)}")
    for message in messages:
        logger.warning(f"claim {record.id} {message}", location=location, type="course", subtype="claim")
