"""``{chapter-head}``, ``{predict}``, ``{explorable}`` and ``{exercise}``: the parts of a chapter."""

from __future__ import annotations

import html
import re
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole

from coursekit.book import front, uses
from coursekit.book.aims import Aim
from coursekit.book.exercises import label, question_title
from coursekit.book.nodes import CourseDirective, box, folded, link, logger, paragraph, raw


def page_link(docname: str, text: str, here: str) -> addnodes.pending_xref:
    """A link to a page of the book."""
    attributes = dict(refdomain="std", reftype="doc", reftarget=f"/{docname}", refexplicit=True, refwarn=True)
    return addnodes.pending_xref("", nodes.inline("", text), refdoc=here, **attributes)


def has_page(app: Sphinx, name: str) -> bool:
    """Whether the book has that page; a draft leaves out most, which Sphinx then does not know."""
    return name in app.env.found_docs or bool(app.config.course_draft) and front.file(Path(app.srcdir), name).is_file()


def chapter_link(app: Sphinx, name: str, here: str) -> addnodes.pending_xref:
    """A link to a chapter, under its own title; that alone where a draft leaves the chapter out."""
    heading = front.title(front.file(Path(app.srcdir), name).read_text(encoding="utf-8"))
    return page_link(name, heading or name, here)


class ChapterHead(CourseDirective):
    """``{chapter-head}``: objectives, prerequisites and minutes from the page's front matter."""

    def run(self) -> list[nodes.Node]:
        """The head of the chapter."""
        for key in ("chapters", "aims", "number"):
            uses.note(self.app, self.env.docname, key)
        text = Path(self.env.doc2path(self.env.docname)).read_text(encoding="utf-8")
        course = front.course_metadata(text)
        missing = [name for name in ("minutes", "objectives") if not course.get(name)]
        if missing:
            return self.fail(f"the front matter's `course` needs {' and '.join(missing)}")
        aims = uses.aims(self.app)
        items = [
            nodes.list_item("", *self.aim(sentence, aims.get(name)), ids=[f"objective-{name}"])
            for name, sentence in course["objectives"].items()
        ]
        return [
            box(
                "td-head",
                paragraph(nodes.strong("", "After this chapter you can")),
                nodes.bullet_list("", *items),
                paragraph(*self.facts(course["minutes"], course.get("prerequisites") or [])),
            )
        ]

    def aim(self, sentence: str, aim: Aim | None) -> list[nodes.Node]:
        """An objective; behind it where it is taught, asked for and tested."""
        said = self.inline(sentence)
        served = self.served(aim) if aim else []
        if not served:
            return [nodes.paragraph("", "", *said)]
        return [
            raw('<details class="td-aim"><summary>'),
            *said,
            raw("</summary>"),
            paragraph(*served),
            raw("</details>"),
        ]

    def served(self, aim: Aim) -> list[nodes.Node | str]:
        """Links to the sections, the questions and the claims of an objective."""
        here, known = self.env.docname, uses.records(self.app)
        sections = [self.section(aim.page, heading) for heading in aim.sections]
        questions = [link(label(name), title, here) for name, title in aim.questions]
        claims = [link(known[c].anchor, c.partition(".")[2].replace("_", " "), here) for c in aim.claims if c in known]
        parts: list[nodes.Node | str] = []
        for lead, links in (("Taught in ", sections), ("Asked in ", questions), ("Tested by ", claims)):
            for number, one in enumerate(links):
                parts += [", " if number else lead, one]
            parts += [". "] if links else []
        return parts

    def section(self, page: str, heading: str) -> nodes.reference:
        """A link to a section of a chapter."""
        uri = "" if page == self.env.docname else self.app.builder.get_relative_uri(self.env.docname, page)
        return nodes.reference("", "", *self.inline(heading), internal=True, refuri=f"{uri}#{front.anchor(heading)}")

    def facts(self, minutes: int, prerequisites: list[str]) -> list[nodes.Node | str]:
        """Minutes to read, links to what comes before, and what is asked of the reader that the book has no chapter on."""
        here = [name for name in prerequisites if has_page(self.app, name)]
        known = [name.replace("_", " ") for name in prerequisites if name not in here]
        parts: list[nodes.Node | str] = [f"About {minutes} minutes."]
        if here or not known:
            parts.append(" Read first: ")
        for number, name in enumerate(here):
            parts += [", " if number else "", chapter_link(self.app, name, self.env.docname)]
        if here or not known:
            parts.append("." if here else "nothing.")
        if known:
            parts.append(f" You should already know: {', '.join(known)}.")
        return parts


class Predict(CourseDirective):
    """``{predict}``: a question, a line ``+++``, and the answer, which is folded away."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """The question and its answer."""
        question, separator, answer = ("\n" + "\n".join(self.content)).partition("\n+++")
        if not separator or not question.strip() or not answer.strip():
            return self.fail("a {predict} block is a question, a line +++, and the answer")
        lead = paragraph("Predict first", classes="td-label")
        return [box("td-predict", lead, *self.markdown(question), *folded("Answer", *self.markdown(answer)))]


class Explorable(CourseDirective):
    """``{explorable} NAME``: the element ``<td-NAME>`` of ``_static/NAME.js``; the content is for readers without it."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """The element with its fallback."""
        name = self.arguments[0]
        if not re.fullmatch(r"[a-z][a-z0-9_-]*", name):
            return self.fail(f"an explorable's name is made of a-z, 0-9, _ and -, got {name!r}")
        uses.note(self.app, self.env.docname, f"explorable:{name}")
        script = Path(self.app.srcdir) / "_static" / f"{name}.js"
        if not script.is_file():
            return self.fail(f"{{explorable}} {name} needs book/_static/{name}.js, which does not exist")
        if f'"td-{name}"' not in script.read_text(encoding="utf-8"):
            return self.fail(f'book/_static/{name}.js must define the element "td-{name}"')
        if not "".join(self.content).strip():
            return self.fail(f"{{explorable}} {name} needs a sentence for readers without JavaScript")
        tag = html.escape(f"td-{name}")
        body = [raw(f"<{tag}>"), *self.markdown("\n".join(self.content)), raw(f"</{tag}>")]
        return [box("td-explorable-frame", paragraph("Try it", classes="td-explorable-note"), *body)]


class ExerciseRole(SphinxRole):
    """``{exercise}`topic/question```: a link to a question of an assignment."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The link, or a warning that fails the build."""
        uses.note(self.env.app, self.env.docname, f"exercise:{self.text}")
        title = question_title(Path(self.env.app.srcdir).parent / "exercises", self.text)
        if not title:
            message = f"no question is called {self.text!r}; exercises/<topic>.md holds them as <topic>/<id>"
            logger.warning(message, location=self.get_location(), type="course", subtype="exercise")
            return [nodes.problematic("", self.text)], []
        return [link(label(self.text), title, self.env.docname)], []


def setup(app: Sphinx) -> None:
    """Register the directives and roles."""
    app.add_directive("chapter-head", ChapterHead)
    app.add_directive("predict", Predict)
    app.add_directive("explorable", Explorable)
    app.add_role("exercise", ExerciseRole())
