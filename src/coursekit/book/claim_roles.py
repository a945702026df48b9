"""``{tested}``, ``{measured}`` and ``{bound}``: claims inside sentences."""

from __future__ import annotations

import html
import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole

from coursekit.book import claim_text, places
from coursekit.book.claimdata import Record
from coursekit.book.nodes import link, logger, raw, span

TARGET = re.compile(r"(.+?)\s*<([^<>]+)>\s*\Z", re.S)
MARKS = {"holds": "✓", "holds-if": "✓ if", "fails": "✗"}


class ClaimRole(SphinxRole):
    """What the roles that name a claim share."""

    def inline(self, text: str) -> list[nodes.Node]:
        """Markdown inside the sentence."""
        parsed, _ = self.inliner.parse(text, self.lineno, self.inliner, nodes.Element())  # type: ignore[attr-defined]
        return parsed

    def fail(self, message: str) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Report ``message``, which fails the build, and show the text as it is."""
        logger.warning(message, location=self.get_location(), type="course", subtype=self.name)
        return [nodes.problematic("", self.text)], []


class NumberRole(ClaimRole):
    """``{measured}`` and ``{bound}``: a number of a claim, inline."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The number, or a warning that fails the build."""
        record = claim_text.find(self.env.app, self.env.docname, self.text)
        if record is None:
            missing = claim_text.unmeasured(self.env.app, self.text)
            return ([missing], []) if missing else self.fail(claim_text.UNKNOWN.format(self.text))
        text = claim_text.measured_text(record) if self.name == "measured" else claim_text.bound_of(record)
        return [span(text, "td-number")], []


class TestedRole(ClaimRole):
    """``{tested}`sentence <ID>```: a sentence marked as a claim, with a note that says how it was tested.

    The note stands in the margin where the page is wide.  Elsewhere the mark, a button, opens it without any script.
    """

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The sentence, its mark and its note."""
        match = TARGET.match(self.text)
        if match is None:
            return self.fail(
                f"{{tested}} needs a sentence and the claim's id, `the sentence <topic.name>`, got {self.text!r}"
            )
        says, name = match.groups()
        record = claim_text.find(self.env.app, self.env.docname, name)
        if record is None:
            if missing := claim_text.unmeasured(self.env.app, name):
                return [*self.inline(says), nodes.Text(" "), missing], []
            return self.fail(claim_text.UNKNOWN.format(name))
        claim_text.report(record, self.get_location())
        place = places.note(self.env, name, record.anchor)
        note = f"note-{place}"
        tone, word = claim_text.tone(record), claim_text.verdict(record).astext()
        mark = MARKS[record.verdict] if record.ok else "!"
        label = html.escape(f"Tested {mark}: {word.lower()}. How?", quote=True)  # what is seen is part of the name
        return [
            raw(f'<span class="td-tested {tone}" id="{place}">'),
            *self.inline(says),
            raw(
                f'</span><span class="td-anchor"><button type="button" class="td-mark {tone}" popovertarget="{note}"'
                f' popovertargetaction="show" aria-label="{label}">{mark}</button></span>'
                f'<span class="td-note marginnote {tone}" id="{note}" popover role="note">'
            ),
            *self.note(record),
            raw("</span>"),
        ], []

    def note(self, record: Record) -> list[nodes.Node]:
        """Verdict, condition or refuted saying, evidence, sources, and the way to the test."""
        parts: list[nodes.Node | str] = [claim_text.verdict(record)]
        if record.verdict == "holds-if":
            parts += [": ", *self.inline(claim_text.sentence(record.condition)), " "]
        elif record.verdict == "fails":
            parts += [": “", *self.inline(record.statement), "” "]
        else:
            parts.append(". ")
        parts += claim_text.evidence(record, self.inline)
        sentence: list[nodes.Node] = [nodes.Text(p) if isinstance(p, str) else p for p in parts]
        return [*sentence, nodes.Text(" "), link(record.anchor, "How it is tested", self.env.docname)]


def setup(app: Sphinx) -> None:
    """Register the roles."""
    app.add_role("tested", TestedRole())
    app.add_role("measured", NumberRole())
    app.add_role("bound", NumberRole())
