"""``{claim}``, ``{claims}``, ``{claim-list}`` and ``{claim-topics}``: what the course asserts, in boxes, tables and lists."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.domains.std import StandardDomain

from coursekit.book import claim_text, front, places, uses
from coursekit.book.chapter_directives import page_link
from coursekit.book.claim_text import WORDS, bound_of, headroom_text, measured_text, over_text, tone, verdict
from coursekit.book.claimdata import Record
from coursekit.book.nodes import CourseDirective, box, folded, link, paragraph, table
from coursekit.numbers import number_text, range_text, seeds_text


class ClaimParts(CourseDirective):
    """What the claim directives share."""

    def correction(self, record: Record) -> list[nodes.Node]:
        """The condition of a claim, or what is true in its place, as a paragraph."""
        lead, text = ("Condition", record.condition) if record.verdict == "holds-if" else ("Instead", record.instead)
        if not text:
            return []
        return [paragraph(nodes.strong("", f"{lead}: "), *self.inline(claim_text.sentence(text)))]

    def statement(self, record: Record) -> nodes.paragraph:
        """The verdict and the statement; what is often said but fails stands in quotation marks."""
        quoted = ("“", "”") if record.verdict == "fails" else ("", "")
        return paragraph(verdict(record), ". ", quoted[0], *self.inline(record.statement), quoted[1])

    def evidence(self, record: Record) -> nodes.paragraph:
        """What was measured, over what, against which bound, and the sources."""
        return paragraph(*claim_text.evidence(record, self.inline), classes="td-evidence")

    def report(self, record: Record) -> None:
        """Fail the build when a claim misses its bound."""
        claim_text.report(record, self.get_location())


class ClaimDirective(ClaimParts):
    """``{claim} ID``: one claim with its evidence and a link to its code."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The card of the claim."""
        name = self.arguments[0]
        record = claim_text.find(self.app, self.env.docname, name)
        if record is None:
            if missing := claim_text.unmeasured(self.app, name):
                return [box("td-claim", paragraph(missing))]
            return self.fail(claim_text.UNKNOWN.format(name))
        self.report(record)
        evidence = self.evidence(record)
        evidence.extend([nodes.Text(" "), link(record.anchor, "How it is tested", self.env.docname)])
        card = box(f"td-claim {tone(record)}", self.statement(record), *self.correction(record), evidence)
        card["ids"] = [places.note(self.env, name, record.anchor)]
        return [card]


class ClaimsDirective(ClaimParts):
    """``{claims} TOPIC``: a table of the topic's claims, folded: the sentences above have said it all."""

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
            [
                self.inline(r.statement),
                [verdict(r)],
                [nodes.Text(f"{measured_text(r)} ({over_text(r)})")],
                [nodes.Text(bound_of(r))],
                [link(r.anchor, "test", self.env.docname)],
            ]
            for r in records
        ]
        found = table(["Statement", "Verdict", "Measured", "Bound", "Code"], rows, "td-claims")
        return folded(f"{len(rows)} claim{'s' if len(rows) > 1 else ''}, each with its bound and its test", found)


class ClaimListDirective(ClaimParts):
    """``{claim-list} TOPIC``: every claim of the topic with its seeds, settings, bound, code and places in the book."""

    required_arguments = 1
    option_spec = {"class": directives.class_option}

    def run(self) -> list[nodes.Node]:
        """One section a claim."""
        topic = self.arguments[0]
        uses.note(self.app, self.env.docname, f"claims:{topic}")
        records = [r for r in uses.records(self.app).values() if r.topic == topic]
        if not records:
            return [
                paragraph("No claims have been measured yet: ", nodes.literal("", "course book"), " measures them.")
            ]
        return [self.entry(r) for r in records]

    def entry(self, record: Record) -> nodes.section:
        """One claim."""
        std = cast(StandardDomain, self.env.get_domain("std"))
        std.note_hyperlink_target(record.anchor, self.env.docname, record.anchor, record.id)
        self.report(record)
        code = nodes.literal_block(record.code, record.code, language="python")
        name = record.id.partition(".")[2].replace("_", " ")
        section = nodes.section("", nodes.title("", name[:1].upper() + name[1:]), ids=[record.anchor])
        section["names"] = [record.id]
        section.extend(
            [
                box(
                    f"td-claim {tone(record)}", self.statement(record), *self.correction(record), self.evidence(record)
                ),
                paragraph(nodes.literal("", record.id), f". {self.by_seed(record)} Headroom {headroom_text(record)}."),
                *self.by_setting(record),
                places.claim_places(claim=record.id),
                *folded(f"Code: {record.file}, line {record.line}", code, classes="td-code"),
            ]
        )
        return section

    def by_seed(self, record: Record) -> str:
        """The number at each seed."""
        if not record.random:
            return f"{seeds_text(1, record.random, record.exact).capitalize()}: {measured_text(record)}."
        values = ", ".join(f"{seed}: {number_text(float(value))}" for seed, value in zip(record.seeds, record.values))
        return f"By seed: {values}{f' {record.unit}' if record.unit else ''}."

    def by_setting(self, record: Record) -> list[nodes.Node]:
        """What each varied setting gave, as a table."""
        rows: list[list[list[nodes.Node]]] = [
            [
                [nodes.Text(s["setting"].replace("_", " ").replace("=", " = "))],
                [nodes.Text(range_text([float(value) for value in s["values"]], record.unit))],
                [nodes.Text(", ".join(str(seed) for seed in s["seeds"]))],
            ]
            for s in record.settings
            if "values" in s
        ]
        return [table(["Setting", "Measured", "Seeds"], rows, "td-settings")] if rows else []


class ClaimTopicsDirective(ClaimParts):
    """``{claim-topics}``: the pages of claims with the number of each verdict."""

    def run(self) -> list[nodes.Node]:
        """The table, in the order of the table of contents."""
        uses.note(self.app, self.env.docname, "claims:")
        records = list(uses.records(self.app).values())
        order = [name.partition("/")[2] for name in self.app.config.external_site_map if name.startswith("claims/")]
        rows: list[list[list[nodes.Node]]] = []
        for topic in order:
            mine = [r for r in records if r.topic == topic]
            counts = [sum(r.verdict == verdict for r in mine) for verdict in WORDS]
            varied = sum(bool(r.vary) for r in mine)
            cells = [[nodes.Text(str(number))] for number in [len(mine), *counts, varied]]
            rows.append([[page_link(f"claims/{topic}", self.heading(topic), self.env.docname)], *cells])
        if not rows:
            return [paragraph("No claims have been measured yet.")]
        return [table(["Chapter", "Claims", *WORDS.values(), "Over settings"], rows, "td-topics")]

    def heading(self, topic: str) -> str:
        """The chapter's title, or the topic's name where there is no chapter yet."""
        page = front.file(Path(self.app.srcdir), topic)
        name = front.title(page.read_text(encoding="utf-8")) if page.is_file() else ""
        return name or topic.replace("_", " ").capitalize()


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("claim", ClaimDirective)
    app.add_directive("claims", ClaimsDirective)
    app.add_directive("claim-list", ClaimListDirective)
    app.add_directive("claim-topics", ClaimTopicsDirective)
