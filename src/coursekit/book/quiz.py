"""``{quiz}``: a question with options, each with the reason why it is right or wrong; works without scripts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from docutils import nodes
from sphinx.application import Sphinx

from coursekit.book.nodes import CourseDirective, box, paragraph, raw

OPTION = re.compile(r"^- \[(?P<mark>[ x])\] +(?P<says>.+?) +\+\+\+ +(?P<why>.+)\Z", re.S)
SHAPE = "a {quiz} is a question and at least two options, each `- [ ] what it says +++ why`, of which one has `- [x]`"


@dataclass(frozen=True)
class Option:
    """One answer to choose, whether it is right, and why."""

    says: str
    why: str
    right: bool


def parse(text: str) -> tuple[str, list[Option]]:
    """The question and its options.  Raises ``ValueError`` naming what is wrong."""
    question, *rest = re.split(r"^(?=- \[[ x]\])", text.strip(), flags=re.M)
    options = []
    for item in rest:
        match = OPTION.match(item.strip())
        if match is None:
            raise ValueError(f"{SHAPE}; got {item.strip()!r}")
        words = {name: re.sub(r"\s*\n\s*", " ", match[name]) for name in ("says", "why")}
        options.append(Option(words["says"], words["why"], match["mark"] == "x"))
    right = sum(option.right for option in options)
    if not question.strip() or len(options) < 2 or right != 1:
        raise ValueError(f"{SHAPE}; got {len(options)} options, {right} of them right")
    return question.strip(), options


class Quiz(CourseDirective):
    """A question that one answers for oneself; the chosen option says why."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """The question, and a group of buttons of which one can be chosen."""
        try:
            question, options = parse("\n".join(self.content))
        except ValueError as error:
            return self.fail(str(error))
        name = f"quiz-{self.env.new_serialno('quiz') + 1}"
        shown = [part for option in options for part in self.option(name, option)]
        asked = self.markdown(question)
        return [
            box(
                "td-quiz",
                paragraph("Check yourself", classes="td-label"),
                raw(f'<div role="radiogroup" aria-labelledby="{name}"><div id="{name}">'),
                *asked,
                raw("</div>"),
                *shown,
                raw("</div>"),
            )
        ]

    def option(self, name: str, option: Option) -> list[nodes.Node]:
        """A button with its words, and why, which shows when it is chosen."""
        verdict = nodes.strong("", "Right." if option.right else "No.")
        return [
            raw(f'<div class="td-option"><label><input type="radio" name="{name}"><span>'),
            nodes.inline("", "", *self.inline(option.says)),
            raw("</span></label>"),
            box("td-why" + (" td-right" if option.right else ""), paragraph(verdict, " ", *self.inline(option.why))),
            raw("</div>"),
        ]


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("quiz", Quiz)
