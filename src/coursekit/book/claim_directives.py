"""``{claim}``, ``{claims}``, ``{claim-list}``, ``{measured}`` and ``{bound}``: what the course asserts, in the page."""

from __future__ import annotations

import math
from pathlib import Path
from typing import cast

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.domains.std import StandardDomain
from sphinx.util.docutils import SphinxRole

from coursekit.book import uses
from coursekit.book.claimdata import Record
from coursekit.book.front import title
from coursekit.book.nodes import CourseDirective, box, folded, link, logger, paragraph, span, table
from coursekit.numbers import bound_text, number_text, range_text

WORDS = {"holds": "Holds", "holds-if": "Holds under a condition", "fails": "Does not hold"}
UNKNOWN = "no claim is called {!r}; `course claims --list` shows them all"


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
    return "∞" if math.isinf(float(record.headroom)) else f"{number_text(float(record.headroom), 2)}×"


class ClaimParts(CourseDirective):
    """What the claim directives share."""

    def correction(self, record: Record) -> list[nodes.Node]:
        """The condition of a claim, or what is true in its place, as a paragraph."""
        lead, text = ("Condition", record.condition) if record.verdict == "holds-if" else ("Instead", record.instead)
        sentence = text if text.endswith((".", "!", "?", "…")) else f"{text}."
        return [paragraph(nodes.strong("", f"{lead}: "), *self.inline(sentence))] if text else []

    def statement(self, record: Record) -> nodes.paragraph:
        """The verdict and the statement; what is often said but fails stands in quotation marks."""
        quoted = ("“", "”") if record.verdict == "fails" else ("", "")
        return paragraph(verdict(record), ". ", quoted[0], *self.inline(record.statement), quoted[1])

    def evidence(self, record: Record) -> nodes.paragraph:
        """What was measured, over which seeds, against which bound."""
        judged = "the mean has" if record.judge == "mean" else "each has"
        parts: list[nodes.Node | str] = [
            "Measured ", span(measured_text(record), "td-number"), f" over {len(record.seeds)} seeds; {judged} to be ",
            span(bound_of(record), "td-number"), ".",
        ]  # fmt: skip
        if record.source:
            parts += [" ", *self.inline(f"{{cite}}`{record.source.replace(' ', '')}`")]
        return paragraph(*parts, classes="td-evidence")

    def report(self, record: Record) -> None:
        """Fail the build when a claim misses its bound."""
        if not record.ok:
            message = (
                f"claim {record.id} misses its bound: measured {measured_text(record)}, must be {bound_of(record)}"
            )
            logger.warning(message, location=self.get_location(), type="course", subtype="claim")


class ClaimDirective(ClaimParts):
    """``{claim} ID``: one claim with its evidence and a link to its code."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The card of the claim."""
        name = self.arguments[0]
        uses.note(self.app, self.env.docname, f"claim:{name}")
        record = uses.records(self.app).get(name)
        if record is None:
            return self.fail(UNKNOWN.format(name))
        self.report(record)
        evidence = self.evidence(record)
        evidence.extend([nodes.Text(" "), link(record.anchor, "How it is tested", self.env.docname)])
        return [box(f"td-claim {tone(record)}", self.statement(record), *self.correction(record), evidence)]


class ClaimsDirective(ClaimParts):
    """``{claims} TOPIC``: a table of the topic's claims."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The table."""
        topic = self.arguments[0]
        uses.note(self.app, self.env.docname, f"claims:{topic}")
        records = [r for r in uses.records(self.app).values() if r.topic == topic]
        if not records:
            return self.fail(f"no topic {topic!r} has claims; `course claims --list` shows them all")
        for record in records:
            self.report(record)
        rows: list[list[list[nodes.Node]]] = [
            [self.inline(r.statement), [verdict(r)], [nodes.Text(measured_text(r))], [nodes.Text(bound_of(r))],
             [link(r.anchor, "test", self.env.docname)]]
            for r in records
        ]  # fmt: skip
        return [table(["Statement", "Verdict", "Measured", "Bound", "Code"], rows, "td-claims")]


class ClaimListDirective(ClaimParts):
    """``{claim-list}``: every claim of the course with its seeds, its bound and its code, by topic."""

    option_spec = {"class": directives.class_option}

    def run(self) -> list[nodes.Node]:
        """One section a topic, one subsection a claim."""
        uses.note(self.app, self.env.docname, "claims:")
        records = list(uses.records(self.app).values())
        if not records:
            return [
                paragraph("No claims have been measured yet: ", nodes.literal("", "course book"), " measures them.")
            ]
        return [self.topic(name, records) for name in dict.fromkeys(r.topic for r in records)]

    def topic(self, name: str, records: list[Record]) -> nodes.section:
        """The claims of one topic."""
        page = Path(self.env.doc2path(name))
        heading = title(page.read_text(encoding="utf-8")) if name in self.env.found_docs else ""
        section = nodes.section("", nodes.title("", heading or name.replace("_", " ").capitalize()))
        section["ids"] = [f"claims-{name.replace('_', '-')}"]
        section["names"] = [f"claims of {name}"]
        section.extend(self.entry(r) for r in records if r.topic == name)
        return section

    def entry(self, record: Record) -> nodes.section:
        """One claim."""
        std = cast(StandardDomain, self.env.get_domain("std"))
        std.note_hyperlink_target(record.anchor, self.env.docname, record.anchor, record.id)
        self.report(record)
        values = ", ".join(f"{seed}: {number_text(float(value))}" for seed, value in zip(record.seeds, record.values))
        unit = f" {record.unit}" if record.unit else ""
        code = nodes.literal_block(record.code, record.code, language="python")
        name = record.id.partition(".")[2].replace("_", " ")
        section = nodes.section("", nodes.title("", name[:1].upper() + name[1:]), ids=[record.anchor])
        section["names"] = [record.id]
        section.extend([
            box(f"td-claim {tone(record)}", self.statement(record), *self.correction(record), self.evidence(record)),
            paragraph(nodes.literal("", record.id), f". By seed: {values}{unit}. Headroom {headroom_text(record)}."),
            *folded(f"Code: {record.file}, line {record.line}", code, classes="td-code"),
        ])  # fmt: skip
        return section


class NumberRole(SphinxRole):
    """``{measured}`` and ``{bound}``: a number of a claim, inline."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The number, or a warning that fails the build."""
        uses.note(self.env.app, self.env.docname, f"claim:{self.text}")
        record = uses.records(self.env.app).get(self.text)
        if record is None:
            logger.warning(UNKNOWN.format(self.text), location=self.get_location(), type="course", subtype=self.name)
            return [nodes.problematic("", self.text)], []
        text = measured_text(record) if self.name == "measured" else bound_of(record)
        return [span(text, "td-number")], []


def setup(app: Sphinx) -> None:
    """Register the directives and roles."""
    app.add_directive("claim", ClaimDirective)
    app.add_directive("claims", ClaimsDirective)
    app.add_directive("claim-list", ClaimListDirective)
    app.add_role("measured", NumberRole())
    app.add_role("bound", NumberRole())
